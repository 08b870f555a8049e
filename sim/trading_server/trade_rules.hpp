// What the server itself demands of a trade request, and what each action does.
#pragma once

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/batch.hpp"
#include "sim/trading_server/fills.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/refusal.hpp"

namespace cambist::sim {

inline constexpr uint64_t kLeastVolume = CTSP_VOLUME_PER_LOT / 100;
inline constexpr uint64_t kMostVolume = 1000ull * CTSP_VOLUME_PER_LOT;

/// Native action numbers that tell protective exits apart.
inline constexpr uint32_t kNativeStopLoss = 101;
inline constexpr uint32_t kNativeTakeProfit = 102;
inline constexpr uint32_t kNativeStopOut = 105;

/// Exits only take risk away: cancels, expiry, stops, closing an existing position.
bool is_exit(const ctsp_request& request, Account& account);

/// The verification before any hook: rights, symbol, volume, prices, margin. Whether a close fits
/// its position is looked at only at execution, as real servers do.
Outcome<void> verify_request(const ctsp_request& request, Account& account, Market& market);

/// Books the action into the account. The caller holds its lock; `order` is a fresh ticket.
Outcome<void> apply_request(const ctsp_request& request, Account& account, const Group& group,
                            Market& market, uint64_t order, Batch& batch);

}  // namespace cambist::sim
