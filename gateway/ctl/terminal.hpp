#pragma once

#include <string>

#include "gateway/ctl/table.hpp"

namespace cambist::ctl {

/// The standard output: unlimited and without colour when it is no terminal.
Screen screen_of_output();

/// Asks on the terminal of the process; throws UsageProblem with the option to give instead when
/// there is none.
std::string ask_person(const std::string& question, bool secret, const std::string& instead);

}  // namespace cambist::ctl
