// The whole trading server, wired in the order of its dependencies.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/bookkeeper.hpp"
#include "sim/trading_server/config.hpp"
#include "sim/trading_server/counters.hpp"
#include "sim/trading_server/funds_desk.hpp"
#include "sim/trading_server/host_api.hpp"
#include "sim/trading_server/margin_watch.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/pipeline.hpp"
#include "sim/trading_server/plugin_host.hpp"
#include "sim/trading_server/population.hpp"
#include "sim/trading_server/quote_player.hpp"
#include "sim/trading_server/store.hpp"
#include "sim/trading_server/triggers.hpp"
#include "sim/trading_server/user_desk.hpp"

namespace cambist::sim {

/// Construction loads the store; start() loads the plugin and opens trading; both and stop() are
/// for the control thread.
class Server {
  public:
    explicit Server(const Config& config);
    ~Server();

    void start();
    void stop();
    /// Runs control work until somebody asks for the end.
    void run_control();
    /// From any thread: ends run_control.
    void ask_to_end();
    /// From any thread but the control thread: runs `work` on the control thread and waits.
    void on_control(const std::function<void()>& work);

    /// Loads ticks and makes sure that their symbols exist. Throws QuotesInvalid.
    void load_quotes(const std::vector<std::string>& paths);
    Outcome<uint32_t> put_group(const Group& group, uint64_t actor);
    ctsp_symbol put_symbol(const ctsp_symbol& symbol);
    /// Writes an end-of-day statement for every account. @return how many
    int64_t end_day(int64_t day_ns);
    /// Waits until nothing is in flight, then saves quotes and counters.
    bool quiesce(int64_t timeout_ns);
    /// Tells the plugin how far the server's time is from UTC.
    void tell_zone(int64_t offset_seconds);
    ctsp_status plugin_command(uint64_t manager, const std::string& in, std::string& out);

    const Config config;
    Counters counters;
    Store store;
    Market market;
    AccountBook book;
    Triggers triggers;
    PluginHost plugin;
    Bookkeeper bookkeeper;
    Pipeline pipeline;
    FundsDesk funds;
    UserDesk users;
    HostApi host_api;
    MarginWatch margin_watch;
    QuotePlayer quotes;
    Population population;

  private:
    void seed_market();
    void seed_population();
    void start_plugin();
    void watch();
    void save();

    std::mutex control_mutex_;
    std::condition_variable control_wake_;
    std::deque<std::function<void()>> control_work_;
    bool ending_ = false;

    std::mutex watch_mutex_;
    std::condition_variable watch_wake_;
    bool watch_stopping_ = false;
    std::thread watch_thread_;
    bool started_ = false;
};

/// Seconds east of UTC at an instant, of a zone that the settings know.
int64_t zone_offset_seconds(const std::string& zone, int64_t utc_ns);

}  // namespace cambist::sim
