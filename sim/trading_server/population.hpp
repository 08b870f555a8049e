// A seeded population of traders who do everything, also what they should not.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/funds_desk.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/pipeline.hpp"
#include "sim/trading_server/user_desk.hpp"

namespace cambist::sim {

struct TradingDay {
    uint64_t seed = 1;
    int64_t orders_per_second = 100;
    int64_t seconds = 0;            ///< 0: until stopped
    std::vector<uint64_t> focus{};  ///< logins that act more often
    int64_t focus_percent = 30;     ///< how often one of them is chosen
};

/// What a trader does next; shares of a thousand stand in population.cpp.
enum class Deed : uint8_t {
    open,
    close,
    partial_close,
    oversize_close,
    close_with_lying_flag,
    double_close,
    close_by,
    wrong_side_close,
    close_of_nothing,
    pending_place,
    pending_modify,
    pending_cancel,
    stops,
    login,
    transfer,
    deposit,
    withdrawal,
    forged_withdrawal,  ///< carries an operation id that nobody gave
    leverage,
    group,
    unknown_action,
    size_
};

/// Two threads of its own while it trades, so that requests of one account meet. Thread-safe.
class Population {
  public:
    Population(AccountBook& book, Market& market, Pipeline& pipeline, FundsDesk& funds,
               UserDesk& users)
        : book_(book), market_(market), pipeline_(pipeline), funds_(funds), users_(users) {}
    ~Population() { stop(); }

    void start(const TradingDay& day);
    /// Changes who is chosen more often, while they trade.
    void focus(std::vector<uint64_t> logins, int64_t percent);
    void stop();
    bool trading() const { return trading_threads_ > 0; }
    int64_t deeds(Deed deed) const { return deeds_[static_cast<size_t>(deed)].load(); }

  private:
    class Trader;

    void run(TradingDay day, uint64_t stream);
    uint64_t choose(std::mt19937_64& random, const std::vector<uint64_t>& everybody);

    AccountBook& book_;
    Market& market_;
    Pipeline& pipeline_;
    FundsDesk& funds_;
    UserDesk& users_;

    std::mutex control_mutex_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::vector<uint64_t> focus_;
    int64_t focus_percent_ = 0;
    std::atomic<int> trading_threads_{0};
    std::atomic<int64_t> deeds_[static_cast<size_t>(Deed::size_)]{};
    std::vector<std::thread> threads_;
};

std::string_view text_of(Deed deed);

}  // namespace cambist::sim
