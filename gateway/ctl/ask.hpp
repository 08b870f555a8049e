#pragma once

#include "gateway/ctl/catalogue/catalogue.hpp"
#include "gateway/ctl/program.hpp"
#include "gateway/ctl/request.hpp"

namespace cambist::ctl {

/// How one operation is asked for.
struct Asked {
    Given given;
    bool key_was_given = false;
    bool all = false;  ///< every page of a list
};

/// Sends the request, shows what comes, and says what it means.
ExitCode ask(const Operation& operation, Asked asked, const Common& common);

}  // namespace cambist::ctl
