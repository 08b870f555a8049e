#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "plugin/abi/trading_server.h"
#include "plugin/commands/worker.hpp"
#include "plugin/link/session.hpp"
#include "plugin/settings.hpp"

namespace cambist::plugin {

/// The plugin as a trading server holds it: the gate for its hooks, the lanes for its events, and
/// two threads of its own, one for the mirror and the link, one for whatever may wait.
class Plugin {
  public:
    explicit Plugin(const ctsp_host_api& host) : host_(host) {}
    ~Plugin();

    /// Loads policies and logs and starts the threads; hooks may be called when it returns true.
    bool start();
    /// Stops the threads; what is not acknowledged stays in the journal.
    void stop();

    Gate* gate() { return gate_.get(); }
    Lanes* lanes() { return lanes_.get(); }
    /// `status`, `metrics`, `mode observe`, `mode enforce`; nothing when the words are not ours.
    std::string command(std::string_view words);

  private:
    bool build(const Settings& settings, std::string& why);
    void mirror_loop() noexcept;
    void worker_loop() noexcept;
    void log(int level, std::string_view text) const;
    std::string status() const;
    std::string metrics() const;
    std::uint64_t percent_used() const;
    void watch_journal(Instant now);

    const ctsp_host_api& host_;
    Settings settings_;
    std::unique_ptr<Gate> gate_;
    std::unique_ptr<Lanes> lanes_;
    std::optional<StateFile> state_;
    std::optional<Journal> journal_;
    MirrorSender sender_;
    StreamPosition position_;
    Doorbell idle_;
    std::unique_ptr<EventWriter> writer_;
    std::unique_ptr<Pump> pump_;
    std::unique_ptr<Worker> worker_;
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<Session> session_;
    std::thread mirror_thread_, worker_thread_;
    std::atomic<bool> stopping_{false}, degraded_{false};
    std::atomic<std::uint64_t> journal_used_{0}, events_taken_{0}, resyncs_{0}, acknowledged_{0};
    std::atomic<std::uint64_t> minutes_left_{0};
    Instant journal_watched_{};
    std::uint64_t journal_written_ = 0;
    double bytes_a_second_ = 0;
    bool journal_alarm_ = false;
};

}  // namespace cambist::plugin
