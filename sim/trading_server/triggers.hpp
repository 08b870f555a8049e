// Prices that wait: stops, profits and pending orders, found in the order of their price.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/market.hpp"

namespace cambist::sim {

/// What happens when the price is reached.
struct Trigger {
    enum class Kind : uint8_t { stop_loss, take_profit, pending };
    Kind kind = Kind::pending;
    uint64_t login = 0;
    uint64_t ticket = 0;  ///< position or order
};

/// Thread-safe. A trigger fires once and is forgotten; triggers of positions that are gone may
/// still fire, whoever executes them looks again.
class Triggers {
  public:
    /// Watches a position's stop loss and take profit as they are now.
    void watch(const ctsp_position& position);
    void watch(const PendingOrder& order);
    std::vector<Trigger> reached(std::string_view symbol, Quote quote);

  private:
    /// One symbol's waiting prices; `low` fire when the price falls to them, `high` when it rises.
    struct Waiting {
        std::multimap<int64_t, Trigger, std::greater<>> bid_low, ask_low;
        std::multimap<int64_t, Trigger> bid_high, ask_high;
    };
    std::mutex mutex_;
    std::map<std::string, Waiting, std::less<>> symbols_;
};

/// Whether the quote is at or past a position's stop loss (or take profit).
bool stop_loss_reached(const ctsp_position& position, Quote quote);
bool take_profit_reached(const ctsp_position& position, Quote quote);
bool pending_reached(const PendingOrder& order, Quote quote);

}  // namespace cambist::sim
