// Equity, margin and free margin of one account at the current quotes.
#pragma once

#include <optional>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/market.hpp"

namespace cambist::sim {

/// The account's figures; the caller holds its lock. Positions whose symbol or conversion has no
/// quote count as if they gained nothing.
ctsp_account figures_of(const Account& account, Market& market);

/// What a position gains if closed at the current quote, or nothing without quotes.
std::optional<int64_t> floating_of(const ctsp_position& position, const ctsp_user& user,
                                   Market& market);

/// Margin that `volume` of the symbol binds at the account's leverage.
std::optional<int64_t> margin_of(const ctsp_symbol& symbol, uint64_t volume, const ctsp_user& user,
                                 Market& market);

/// 1 when a margin call is due, 2 when a stop-out is, else 0.
uint32_t margin_state(const ctsp_account& figures, const ctsp_group& group);

}  // namespace cambist::sim
