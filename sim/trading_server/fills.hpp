// The trading rules: what a fill does to positions and balance, netting and hedging.
#pragma once

#include <cstdint>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/batch.hpp"
#include "sim/trading_server/market.hpp"

namespace cambist::sim {

/// Reasons of deals carry the numbers of the most common platform.
enum class DealReason : uint32_t {
    client = 0,
    expert = 1,
    dealer = 2,
    stop_loss = 3,
    take_profit = 4,
    stop_out = 5,
};

/// Everything about a fill that is not the account.
struct Fill {
    ctsp_symbol symbol{};
    Quote quote{};
    int64_t rate_e8 = 0;  ///< profit currency to account currency
    uint8_t side = 0;
    uint64_t volume = 0;
    uint64_t order = 0;
    uint64_t dealer = 0;
    DealReason reason = DealReason::client;
    int64_t commission_per_lot = 0;
    int64_t sl = 0, tp = 0;
    int64_t price() const { return side == CTSP_SIDE_BUY ? quote.ask : quote.bid; }
};

/// All three book into the account and append what changed to the batch; deals get no ticket yet.
/// Opens, adds to, reduces, closes or reverses the symbol's one position.
void fill_netting(Account& account, const Fill& fill, Batch& batch);
/// Opens a position of its own; its ticket is the order's.
void fill_opening(Account& account, const Fill& fill, Batch& batch);
/// Closes `fill.volume` of the position at the current price.
/// @pre the opposite side, at most the position's volume
void fill_closing(Account& account, ctsp_position& position, const Fill& fill, Batch& batch);
/// Closes the smaller of two opposite positions against the other, at the other's open price.
void fill_close_by(Account& account, ctsp_position& position, ctsp_position& by, const Fill& fill,
                   Batch& batch);

/// Applies a deal's money to balance or credit and raises the user's version.
void book_money(ctsp_user& user, const ctsp_deal& deal, int sign = 1);

}  // namespace cambist::sim
