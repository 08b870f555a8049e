#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "plugin/abi/trading_server.h"
#include "plugin/gate/gate.hpp"
#include "plugin/mirror/event_writer.hpp"
#include "plugin/mirror/lanes.hpp"
#include "plugin/mirror/refusals.hpp"
#include "plugin/mirror/snapshot.hpp"

namespace cambist::plugin {

/// Empties the lanes into the journal: deals and positions as they came, accounts, groups and
/// symbols read again from the host, equal refusals joined. One worker thread.
class Pump {
  public:
    /// Events taken from the lanes, by kind; any thread reads.
    class Taken {
      public:
        static constexpr std::size_t kinds = 7;
        static constexpr std::array<const char*, kinds> names{
            "account", "group", "deal", "position", "margin", "end_of_day", "other"};
        void add(std::uint16_t type);
        std::uint64_t count(std::size_t kind) const {
            return counts_[kind].load(std::memory_order_relaxed);
        }

      private:
        std::array<std::atomic<std::uint64_t>, kinds> counts_{};
    };

    Pump(const ctsp_host_api& host, Lanes& lanes, Gate& gate, EventWriter& writer,
         std::uint64_t boot);

    /// One round; true when there was anything to do.
    bool round(std::int64_t now_ns);
    /// The last round: what was held back to be joined is written too.
    void finish(std::int64_t now_ns);

    /// The writer has begun a new epoch; a snapshot follows when start_snapshot is called.
    void epoch_began(ResyncCause cause);
    bool snapshot_wanted() const { return snapshot_wanted_; }
    void start_snapshot(Instant deals_since);
    void write_account_digest() { digest_wanted_ = true; }

    /// Events were lost on this side of the journal: a new epoch is due now. While lanes overrun it
    /// waits for a calm second, ten at most: a snapshot in the storm would be lost too.
    bool lost_events(std::int64_t now_ns) const {
        return lost_ && (writer_.broken() || now_ns >= calm_ns_);
    }
    ResyncCause lost_cause() const { return lost_cause_; }
    std::uint64_t events_taken() const { return events_taken_; }
    const Taken& taken() const { return taken_; }
    std::uint64_t resyncs() const { return resyncs_; }

  private:
    struct Touch {
        OperationId cause;
        std::uint64_t actor = 0, version = 0;
    };

    void on_event(const ctsp_event& event, const std::byte* payload);
    void on_deal(const ctsp_event& event, const std::byte* payload);
    void touch(const ctsp_event& event);
    void reread_users(std::size_t most);
    void reread_groups_and_symbols();
    void close_digests(std::int64_t now_ns);
    void tell_mode(std::int64_t now_ns);

    const ctsp_host_api& host_;
    Lanes& lanes_;
    Gate& gate_;
    EventWriter& writer_;
    Refusals refusals_;
    Taken taken_;
    Snapshot snapshot_;
    std::unordered_map<std::uint64_t, Touch> touched_;
    std::deque<std::uint64_t> to_reread_;  ///< the logins of touched_, oldest first
    std::unordered_set<std::uint32_t> dirty_groups_, dirty_symbols_;
    std::uint64_t dropped_seen_ = 0, events_taken_ = 0, resyncs_ = 0;
    std::int64_t window_closed_ns_ = 0, digest_ns_ = 0;
    std::int64_t first_drop_ns_ = 0, calm_ns_ = 0;
    ResyncCause cause_ = ResyncCause::restart, lost_cause_ = ResyncCause::overrun;
    bool snapshot_wanted_ = false, digest_wanted_ = false, lost_ = false;
    bool enforcing_ = false;
};

}  // namespace cambist::plugin
