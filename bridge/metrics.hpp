#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bridge/trading/link.hpp"
#include "sync/vocabulary/ids.hpp"

namespace prometheus {
class Registry;
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace cambist::bridge {

/// What is counted about one trading server. The pointed-to live in the registry.
struct ServerMetrics {
    prometheus::Counter *events_applied, *batches, *duplicates, *gaps, *quarantined, *drifts,
        *digests_equal, *digests_different, *digests_skipped, *policies_sent, *policies_enforced,
        *commands_sent, *commands_finished, *commands_refused, *rescans, *lease_changes,
        *database_errors;
    prometheus::Gauge *connected, *owner, *lag_events, *policies_under_way, *commands_under_way,
        *rescan_cycle_seconds, *money_out_waits, *digest_equal;
    prometheus::Histogram *batch_rows, *batch_seconds, *enforce_seconds;
};

/// What is counted about the sealing of the audit, as it stands when it is asked for.
struct AuditCounts {
    std::uint64_t rows = 0, seals = 0, failures = 0;
    bool stopped = false;
    double anchor_age_seconds = -1;  ///< of the newest seal that every folder has; -1: none
};

/// The bridge's metrics in the text form of Prometheus.
class Metrics {
  public:
    Metrics();
    ~Metrics();

    ServerMetrics of(ServerId server);
    void watch(const LinkCounters& link) { link_ = &link; }
    void watch(std::function<AuditCounts()> audit) { audit_ = std::move(audit); }
    std::string text() const;

  private:
    std::unique_ptr<prometheus::Registry> registry_;
    const LinkCounters* link_ = nullptr;
    std::function<AuditCounts()> audit_;
};

}  // namespace cambist::bridge
