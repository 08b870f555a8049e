// Loads one plugin, asks its hooks, tells it events, and keeps it to the rules of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "plugin/abi/trading_server.h"
#include "sim/trading_server/counters.hpp"
#include "sim/trading_server/refusal.hpp"

namespace cambist::sim {

struct PluginLoadFailed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What a plugin is told of an event besides its payload.
struct EventHead {
    uint16_t type = 0;
    uint64_t login = 0;
    uint64_t version = 0;
    uint64_t cause_hi = 0, cause_lo = 0;
    uint64_t actor = 0;
    uint64_t request = 0;
};

/// At most one plugin; without one every question is answered "no objection" by nobody.
/// Thread-safe but load, start and stop, which belong to the control thread.
class PluginHost {
  public:
    PluginHost(Counters& counters, int64_t slow_hook_ns)
        : counters_(counters), slow_hook_ns_(slow_hook_ns) {}

    /// Opens the library and negotiates. Throws PluginLoadFailed.
    void load(const std::string& path, const ctsp_host_api& host_api);
    /// From here on hooks and events reach the plugin. @return the plugin's status
    ctsp_status start();
    /// Keeps new calls out, waits until the last one is back, then stops and destroys the plugin.
    /// The library stays mapped.
    void stop(int64_t timeout_ns);
    bool running() const { return open_.load(); }
    const std::string& name() const { return name_; }

    HookAnswer ask_trade(const ctsp_request& request, const ctsp_ctx& context);
    HookAnswer ask_funds(const ctsp_request& request, const ctsp_ctx& context);
    HookAnswer ask_login(const ctsp_user& user, uint32_t client_type, const uint8_t (&ip)[16]);
    HookAnswer ask_user_change(const ctsp_user_change& change);
    HookAnswer ask_group_change(const ctsp_group* before, const ctsp_group* after, uint64_t actor);

    void tell(const EventHead& head) { tell(head, nullptr, 0); }
    template <class Record>
    void tell(const EventHead& head, const Record& record) {
        tell(head, &record, sizeof record);
    }

    /// A manager's command. @return the plugin's status, CTSP_OK_NONE without a plugin
    ctsp_status command(uint64_t manager, const std::string& in, std::string& out);

  private:
    class Inside;
    template <class Call>
    HookAnswer ask(Hook hook, uint64_t decision, uint64_t login, Call call);
    void tell(const EventHead& head, const void* payload, size_t size);

    Counters& counters_;
    int64_t slow_hook_ns_;
    std::string name_;
    const ctsp_plugin_api* api_ = nullptr;
    ctsp_plugin* self_ = nullptr;
    std::atomic<bool> open_{false};
    std::atomic<int64_t> inside_{0};
};

}  // namespace cambist::sim
