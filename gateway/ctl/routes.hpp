#pragma once

#include "gateway/ctl/program.hpp"

namespace cambist::ctl {

/// `routes`: every route with its command.
void add_routes_command(Program& program);

}  // namespace cambist::ctl
