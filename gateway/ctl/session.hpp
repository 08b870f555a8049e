#pragma once

#include "gateway/ctl/program.hpp"

namespace cambist::ctl {

/// login, logout, step-up and whoami: they keep the profile, and stand for the session's routes.
void add_session_commands(Program& program);

}  // namespace cambist::ctl
