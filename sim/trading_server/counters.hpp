// What the trading server counts; cumulative over its runs once loaded from the store.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/trading_server/latency.hpp"
#include "sim/trading_server/refusal.hpp"

namespace cambist::sim {

enum class Count : uint8_t {
    quotes,
    orders,  ///< trade requests received
    deals,
    commands,  ///< operations that the plugin executed through the host
    events,
    refused_by_plugin,
    refused_by_server,
    hook_errors,
    slow_hooks,
    logins,
    stop_outs,
    margin_calls,
    protective_exits,
    activations,
    quotes_played,  ///< ticks of the present timeline, to resume after a crash
    size_
};
std::string_view text_of(Count count);

enum class Hook : uint8_t { trade_admission, trade_execution, funds, login, user, group, size_ };
std::string_view text_of(Hook hook);

/// Thread-safe.
class Counters {
  public:
    void add(Count count, int64_t by = 1) {
        values_[static_cast<size_t>(count)].fetch_add(by, std::memory_order_relaxed);
    }
    void set(Count count, int64_t value) { values_[static_cast<size_t>(count)] = value; }
    int64_t get(Count count) const { return values_[static_cast<size_t>(count)].load(); }

    void refused(const Refused& refused);
    /// (reject, reason) -> how often the plugin refused with it; the host's codes -> how often.
    std::map<std::pair<uint32_t, uint32_t>, int64_t> refused_by_plugin() const;
    std::map<std::string, int64_t> refused_by_server() const;

    LatencyHistogram& latency(Hook hook) { return latencies_[static_cast<size_t>(hook)]; }
    const LatencyHistogram& latency(Hook hook) const {
        return latencies_[static_cast<size_t>(hook)];
    }

    /// All values with their names, refusals included, and back.
    std::vector<std::pair<std::string, int64_t>> named() const;
    void restore(const std::vector<std::pair<std::string, int64_t>>& named);

  private:
    std::array<std::atomic<int64_t>, static_cast<size_t>(Count::size_)> values_{};
    std::array<LatencyHistogram, static_cast<size_t>(Hook::size_)> latencies_;
    mutable std::mutex mutex_;
    std::map<std::pair<uint32_t, uint32_t>, int64_t> by_plugin_;
    std::map<std::string, int64_t> by_server_;
};

}  // namespace cambist::sim
