#pragma once

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

/// The bridge's metrics in the text form of Prometheus.
class Metrics {
  public:
    Metrics();
    ~Metrics();

    ServerMetrics of(ServerId server);
    void watch(const LinkCounters& link) { link_ = &link; }
    std::string text() const;

  private:
    std::unique_ptr<prometheus::Registry> registry_;
    const LinkCounters* link_ = nullptr;
};

}  // namespace cambist::bridge
