// One deed of one trader: what to ask for, given what the account holds.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/population.hpp"

namespace cambist::sim {

/// Chooses a deed by its share.
Deed choose_deed(std::mt19937_64& random);

/// The trade requests that the deed is made of (none, one, or two at once); a deed for which the
/// account has nothing, e.g. no position, becomes an opening.
std::vector<ctsp_request> requests_for(Deed deed, std::mt19937_64& random, Account& account,
                                       Market& market);

}  // namespace cambist::sim
