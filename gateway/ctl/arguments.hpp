#pragma once

#include "gateway/ctl/program.hpp"

namespace cambist::ctl {

/// A command for every operation of the contract that has none of its own yet.
void add_route_commands(Program& program);

}  // namespace cambist::ctl
