// The way of a trade request: verification, the plugin at admission, a queue, the plugin at
// execution under the account's lock, the fill, the store, the events.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/bookkeeper.hpp"
#include "sim/trading_server/fills.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/triggers.hpp"

namespace cambist::sim {

/// What became of an executed request: the order and the deals it made.
struct Executed {
    uint64_t order = 0;
    std::vector<uint64_t> deals;
};

using TradeDone = std::function<void(const Outcome<Executed>&)>;

/// What the host does with a request when a hook answers an error.
enum class OnHookError : uint8_t { deny_new_exposure, allow };

/// Thread-safe. Requests of one account may be admitted and asked about at the same time; their
/// execution is serial.
class Pipeline {
  public:
    Pipeline(AccountBook& book, Market& market, Bookkeeper& bookkeeper, PluginHost& plugin,
             Triggers& triggers, Counters& counters, OnHookError on_error);
    ~Pipeline();

    void start(int executors);
    /// Executes what is queued, then ends the threads.
    void stop();
    void allow_trading(bool allowed) { trading_allowed_ = allowed; }
    bool trading_allowed() const { return trading_allowed_; }

    /// Takes a request in; `done` is called once, on this thread or an executor's, without locks.
    void submit(ctsp_request request, TradeDone done = {});
    /// The same, waiting for the end.
    Outcome<Executed> execute(const ctsp_request& request);

    /// Waits until nothing is in flight. @return false when that did not happen in time
    bool wait_until_idle(int64_t timeout_ns);
    int64_t in_flight() const { return in_flight_; }

  private:
    struct Job {
        ctsp_request request;
        TradeDone done;
    };
    struct View;

    void run();
    void finish(const Job& job, const Outcome<Executed>& outcome);
    Outcome<void> verify(const ctsp_request& request);
    Outcome<void> ask(const ctsp_request& request, const View& view, uint32_t stage,
                      HookAnswer& answer);
    Outcome<Executed> perform(const ctsp_request& request);
    Outcome<Executed> perform_locked(const ctsp_request& request, Account& account, Batch& batch,
                                     Cause& cause);

    AccountBook& book_;
    Market& market_;
    Bookkeeper& bookkeeper_;
    PluginHost& plugin_;
    Triggers& triggers_;
    Counters& counters_;
    OnHookError on_error_;
    std::atomic<bool> trading_allowed_{true};

    std::mutex mutex_;
    std::condition_variable wake_, idle_;
    std::deque<Job> queue_;
    std::atomic<int64_t> in_flight_{0};
    bool stopping_ = false;
    std::vector<std::thread> executors_;
};

}  // namespace cambist::sim
