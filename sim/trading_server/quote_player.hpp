// Plays ticks of files and of a seeded model into the market and looks which prices were reached.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "sim/trading_server/counters.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/quote_file.hpp"

namespace cambist::sim {

/// How a timeline is played; without files `seconds` is how long the model walks, 0 for ever.
struct Playback {
    double speed = 0;        ///< file milliseconds a millisecond, all files alike; or
    double seconds = 0;      ///< every file's own timeline stretched to so many seconds
    int64_t skip_ticks = 0;  ///< ticks already played before, to go on after a crash
};

struct PlayStatus {
    bool playing = false;
    bool finished = false;  ///< played to the end
    int64_t played = 0, total = 0;
};

/// One thread of its own while it plays. Thread-safe.
class QuotePlayer {
  public:
    using TickSeen = std::function<void(const std::string& symbol, Quote quote)>;

    QuotePlayer(Market& market, Counters& counters, TickSeen seen, uint64_t seed)
        : market_(market), counters_(counters), seen_(std::move(seen)), seed_(seed) {}
    ~QuotePlayer() { stop(); }

    /// Symbols of files must exist with at least the file's digits.
    void load(std::vector<QuoteFile> files) { files_ = std::move(files); }
    /// Symbols that the model moves, at so many ticks a second each.
    void model(std::vector<std::string> symbols, int64_t ticks_per_second);

    void start(const Playback& playback);
    void stop();
    PlayStatus status() const;
    /// One tick by hand.
    void show(const std::string& symbol, Quote quote) { play(symbol, quote); }

  private:
    struct Stream;
    struct Walk {
        std::string symbol;
        int64_t mid = 0;
        int64_t spread = 0;
    };

    void run(const Playback& playback);
    bool wait_until(int64_t steady_ns);
    void play(const std::string& symbol, Quote quote);
    void step_model();
    std::vector<Stream> streams(const Playback& playback) const;

    Market& market_;
    Counters& counters_;
    TickSeen seen_;
    uint64_t seed_;
    std::vector<QuoteFile> files_;
    std::vector<Walk> walks_;
    std::mt19937_64 random_;
    int64_t model_step_ns_ = 0;

    std::mutex control_mutex_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::atomic<bool> playing_{false}, finished_{false};
    std::atomic<int64_t> played_{0};
    std::thread thread_;
};

}  // namespace cambist::sim
