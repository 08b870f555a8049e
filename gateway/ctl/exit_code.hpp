#pragma once

#include <stdexcept>

namespace cambist::ctl {

/// What the program's end says to a script; docs/cambistctl.md explains each.
enum class ExitCode : int {
    done = 0,
    refused = 1,          ///< a rule said no, or what was asked for is not there
    usage = 2,            ///< the arguments, or a file that they name
    not_allowed = 3,      ///< nobody is logged in, or who is may not
    needs_approval = 4,   ///< asked for; somebody else has to approve it first
    unreachable = 5,      ///< nothing was done; trying again later may help
    outcome_unknown = 6,  ///< it may have been done
    broken = 7,           ///< the other end answered what it should never answer
};

/// The arguments, or a file that they name, cannot be used: said to the person as it stands.
struct UsageProblem : std::runtime_error {
    using runtime_error::runtime_error;
};

}  // namespace cambist::ctl
