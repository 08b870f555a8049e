#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "plugin/abi/trading_server.h"
#include "plugin/gate/decisions.hpp"
#include "plugin/gate/gate_table.hpp"
#include "plugin/gate/latency.hpp"
#include "plugin/gate/live_commands.hpp"
#include "plugin/gate/objection.hpp"
#include "plugin/gate/scope.hpp"

namespace cambist::plugin {

/// Answers the trading server's hooks, on its own threads: wait-free, without allocation, lock or
/// system call. Everything it objects to goes to the lane of objections, enforced or not.
class Gate {
  public:
    static constexpr std::size_t counter_shards = 16;
    static constexpr std::size_t asked_kinds = 4;

    Gate(const ctsp_host_api& host, std::uint32_t accounts);

    ctsp_status on_trade(const ctsp_request& request, const ctsp_ctx& context,
                         ctsp_verdict& verdict) noexcept;
    ctsp_status on_funds(const ctsp_request& request, const ctsp_ctx& context,
                         ctsp_verdict& verdict) noexcept;
    ctsp_status on_login(const ctsp_user& user, ctsp_verdict& verdict) noexcept;
    ctsp_status on_user_change(const ctsp_user_change& change, ctsp_verdict& verdict) noexcept;

    /// Decided in the office.
    void set_enforce(bool enforce) { enforce_.store(enforce, std::memory_order_release); }
    /// The local switch: true observes whatever the office says.
    void set_observe_here(bool observe) { observe_here_.store(observe, std::memory_order_release); }
    bool enforcing() const {
        return enforce_.load(std::memory_order_acquire) &&
               !observe_here_.load(std::memory_order_acquire);
    }

    GateTable& table() { return table_; }
    Scope& scope() { return scope_; }
    LiveCommands& live_commands() { return live_commands_; }
    ObjectionLane& objections() { return objections_; }
    const Latency& latency() const { return latency_; }

    std::uint64_t decisions(Asked asked) const;
    std::uint64_t refusals(Refusal refusal, bool enforced) const;

  private:
    struct alignas(64) Counters {
        std::array<std::atomic<std::uint64_t>, asked_kinds> decisions{};
        std::array<std::atomic<std::uint64_t>, refusal_count> enforced{}, observed{};
    };
    struct Question {
        Asked asked;
        std::uint64_t login, actor;
        std::uint32_t action;
        const ctsp_user* user;
        const ctsp_group* group;
    };

    ctsp_status answer(Refusal refusal, const GateTable::View& policy, const Question& question,
                       ctsp_verdict& verdict) noexcept;
    bool judged(const Question& question) const noexcept;
    Counters& counters_of(std::uint64_t login) noexcept {
        return counters_[login % counter_shards];
    }

    const ctsp_host_api& host_;
    GateTable table_;
    Scope scope_;
    LiveCommands live_commands_;
    ObjectionLane objections_;
    Latency latency_;
    std::array<Counters, counter_shards> counters_;
    std::atomic<bool> enforce_{false}, observe_here_{false};
};

}  // namespace cambist::plugin
