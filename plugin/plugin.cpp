#include "plugin/plugin.hpp"

#include <exception>

#include "plugin/metrics.hpp"
#include "plugin/platform.hpp"

namespace cambist::plugin {

namespace {

constexpr std::uint32_t idle_microseconds = 200;
constexpr int level_info = 1, level_error = 3;

Instant now_of(const ctsp_host_api& host) {
    return Instant{host.now_ns(host.host)};
}

}  // namespace

Plugin::~Plugin() {
    stop();
}

void Plugin::log(int level, std::string_view text) const {
    host_.log(host_.host, level, text.data(), static_cast<std::uint32_t>(text.size()));
}

bool Plugin::start() {
    auto settings = read_settings(host_);
    std::string why;
    if (!settings)
        why = settings.error();
    else
        build(*settings, why);
    if (!why.empty())
        log(level_error, why);
    if (!session_)
        return false;
    if (worker_->policy_file_was_missing())
        log(level_error, "no policy file: new exposure and money out are denied, exits allowed");
    session_->begin_first_epoch(Instant{host_.now_ns(host_.host)});
    stopping_ = false;
    worker_thread_ = std::thread([this] { worker_loop(); });
    mirror_thread_ = std::thread([this] { mirror_loop(); });
    log(level_info, "started");
    return true;
}

bool Plugin::build(const Settings& settings, std::string& why) {
    settings_ = settings;
    gate_ = std::make_unique<Gate>(host_, settings.policy_capacity);
    gate_->scope().replace(settings.scope);
    gate_->set_observe_here(settings.observe_here);
    gate_->set_enforce(true);
    lanes_ = std::make_unique<Lanes>();
    if (!make_folder(settings.folder)) {
        why = settings.folder + " cannot be made";
        return false;
    }
    state_ = StateFile::open(settings.folder + "/state");
    const auto segments = static_cast<std::uint32_t>((std::uint64_t(settings.journal_mib) << 20) /
                                                     Journal::segment_bytes);
    journal_ = Journal::open(settings.folder + "/journal", std::max(2u, segments));
    if (!state_ || !journal_) {
        why = settings.folder + ": the journal or state file cannot be made (disk full?)";
        return false;
    }
    writer_ = std::make_unique<EventWriter>(*journal_, sender_, settings.policy_capacity);
    pump_ = std::make_unique<Pump>(host_, *lanes_, *gate_, *writer_, state_->numbers().epoch + 1);
    worker_ = std::make_unique<Worker>(host_, *gate_, position_, idle_);
    if (!worker_->load(settings.folder, state_->numbers().bridge_epoch, why))
        return false;
    auto transport = open_transport(settings.link);
    if (!transport) {
        why = transport.error();
        return false;
    }
    transport_ = std::move(*transport);
    session_ = std::make_unique<Session>(settings.server, *transport_, *pump_, *writer_, *journal_,
                                         sender_, *worker_, *state_);
    return true;
}

void Plugin::stop() {
    stopping_ = true;
    if (worker_)
        worker_->stop();
    if (mirror_thread_.joinable())
        mirror_thread_.join();
    if (worker_thread_.joinable())
        worker_thread_.join();
}

// Whatever goes wrong here must not reach the host: the mirror stops, money out stops with it on
// the office's side, and the gate goes on with the policies it has.
void Plugin::mirror_loop() noexcept {
    try {
        block_signals();
        name_thread("cambist-mirror");
        while (!stopping_.load(std::memory_order_relaxed)) {
            const Instant now = now_of(host_);
            bool busy = pump_->round(now.ns);
            busy |= session_->round(now);
            position_.epoch.store(sender_.epoch());
            position_.last_seq.store(sender_.last_seq());
            acknowledged_.store(sender_.acknowledged(), std::memory_order_relaxed);
            journal_used_.store(journal_->bytes_used(), std::memory_order_relaxed);
            events_taken_.store(pump_->events_taken(), std::memory_order_relaxed);
            resyncs_.store(pump_->resyncs(), std::memory_order_relaxed);
            watch_journal(now);
            if (!busy)
                idle_.wait(transport_->handles(), idle_microseconds);
        }
        pump_->finish(now_of(host_).ns);
        session_->goodbye(now_of(host_));
    } catch (const std::exception& error) {
        degraded_ = true;
        log(level_error, std::string("the mirror stopped: ") + error.what());
    } catch (...) {
        degraded_ = true;
        log(level_error, "the mirror stopped");
    }
}

std::uint64_t Plugin::percent_used() const {
    return 100 * journal_used_.load() / journal_->bytes_capacity();
}

// The rate forgets with a half-life of about a minute.
void Plugin::watch_journal(Instant now) {
    constexpr std::uint64_t most_minutes = 1'000'000, alarm_percent = 75, calm_percent = 50;
    if (now - journal_watched_ < std::chrono::seconds(1))
        return;
    const double seconds = std::chrono::duration<double>(now - journal_watched_).count();
    const std::uint64_t written = journal_->bytes_written();
    const double rate = static_cast<double>(written - journal_written_) / seconds;
    bytes_a_second_ = 0.99 * bytes_a_second_ + 0.01 * rate;
    journal_watched_ = now;
    journal_written_ = written;
    const double left = static_cast<double>(journal_->bytes_capacity() - journal_->bytes_used());
    minutes_left_ = static_cast<std::uint64_t>(
        std::min(static_cast<double>(most_minutes), left / (60 * bytes_a_second_ + 1e-6)));
    const std::uint64_t percent = percent_used();
    if (percent >= alarm_percent && !journal_alarm_)
        log(level_error, "the journal is at " + std::to_string(percent) + " %, " +
                             std::to_string(minutes_left_.load()) +
                             " minutes are left before the mirror must start over");
    journal_alarm_ = percent >= alarm_percent || (journal_alarm_ && percent >= calm_percent);
}

// The worker is the only writer of the gate's table. When it can no longer follow the office, what
// it published last may be too wide: everybody becomes unknown, exits only.
void Plugin::worker_loop() noexcept {
    try {
        block_signals();
        name_thread("cambist-worker");
        worker_->run();
    } catch (const std::exception& error) {
        degraded_ = true;
        gate_->table().forget_all();
        log(level_error, std::string("the worker stopped: ") + error.what());
    } catch (...) {
        degraded_ = true;
        gate_->table().forget_all();
        log(level_error, "the worker stopped");
    }
}

std::string Plugin::command(std::string_view words) {
    if (words == "status")
        return status();
    if (words == "metrics")
        return metrics();
    if (words == "mode observe" || words == "mode enforce") {
        gate_->set_observe_here(words == "mode observe");
        return status();
    }
    return {};
}

std::string Plugin::status() const {
    std::string text;
    const auto add = [&](const char* name, std::uint64_t value) {
        text += (text.empty() ? "" : " ") + std::string(name) + "=" + std::to_string(value);
    };
    add("epoch", position_.epoch.load());
    add("last_seq", position_.last_seq.load());
    add("acknowledged", acknowledged_.load());
    add("connected", session_->counts().connected.load());
    add("enforcing", gate_->enforcing());
    add("policies", worker_->policies_applied());
    add("commands", worker_->commands_done());
    add("events_taken", events_taken_.load());
    add("events_dropped", lanes_->dropped());
    add("resyncs", resyncs_.load());
    add("journal_bytes", journal_used_.load());
    add("journal_percent", percent_used());
    add("journal_minutes", minutes_left_.load());
    add("degraded", degraded_.load());
    return text;
}

std::string Plugin::metrics() const {
    Metrics metrics;
    constexpr std::pair<Asked, const char*> hooks[] = {{Asked::trade, "hook=\"trade\""},
                                                       {Asked::funds, "hook=\"funds\""},
                                                       {Asked::login, "hook=\"login\""},
                                                       {Asked::user_change, "hook=\"user\""}};
    for (const auto& [asked, label] : hooks)
        metrics.counter("cambist_gate_decisions_total", "Hooks answered.", gate_->decisions(asked),
                        label);
    for (const bool enforced : {true, false})
        for (std::uint8_t at = 1; at < refusal_count; ++at) {
            const auto refusal = static_cast<Refusal>(at);
            metrics.counter(
                enforced ? "cambist_gate_refused_total" : "cambist_gate_observed_total",
                enforced ? "Requests refused." : "Requests that enforcing would refuse.",
                gate_->refusals(refusal, enforced),
                "refusal=\"" + std::string(name_of(refusal)) + "\"");
        }
    metrics.latency("cambist_hook_nanoseconds", "Sampled time in a hook.", gate_->latency());
    for (std::size_t at = 0; at < Pump::Taken::kinds; ++at)
        metrics.counter("cambist_mirror_events_total", "Events taken from the lanes.",
                        pump_->taken().count(at),
                        "kind=\"" + std::string(Pump::Taken::names[at]) + "\"");
    metrics.counter("cambist_mirror_dropped_total", "Events that found their lane full.",
                    lanes_->dropped());
    metrics.counter("cambist_mirror_resyncs_total", "Epochs begun.", resyncs_.load());
    metrics.gauge("cambist_journal_bytes", "Unacknowledged events on disk.", journal_used_.load());
    metrics.gauge("cambist_journal_capacity_bytes", "Room for unacknowledged events.",
                  journal_->bytes_capacity());
    metrics.gauge("cambist_journal_percent", "Of that room, in use.", percent_used());
    metrics.gauge("cambist_journal_minutes", "Of outage that fit at the rate of the last minutes.",
                  minutes_left_.load());
    metrics.gauge("cambist_link_connected", "1 when a bridge takes the stream.",
                  session_->counts().connected.load());
    metrics.counter("cambist_link_frames_refused_total", "Frames that could not be taken.",
                    session_->counts().frames_refused.load());
    metrics.counter("cambist_policies_applied_total", "Policies published.",
                    worker_->policies_applied());
    metrics.counter("cambist_commands_total", "Commands settled.", worker_->commands_done());
    metrics.gauge("cambist_gate_enforcing", "0 when only observing.", gate_->enforcing());
    metrics.gauge("cambist_degraded", "1 when a thread of the plugin has ended.", degraded_.load());
    metrics.gauge("cambist_gate_bytes", "Memory of the policy table and the account rows.",
                  gate_->table().bytes() + writer_->bytes());
    return metrics.text();
}

}  // namespace cambist::plugin
