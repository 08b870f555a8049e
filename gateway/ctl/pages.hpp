#pragma once

#include "gateway/ctl/catalogue/catalogue.hpp"
#include "gateway/ctl/exchange.hpp"
#include "gateway/ctl/request.hpp"

namespace cambist::ctl {

/// Follows the cursors of a list to its end and shows all items: as lines while they come, as a
/// table or one document when all are there.
ExitCode show_every_page(const Operation& operation, Given given, const Common& common,
                         Exchange& exchange);

}  // namespace cambist::ctl
