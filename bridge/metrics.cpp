#include "bridge/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <spdlog/fmt/fmt.h>

namespace cambist::bridge {

namespace {

using Labels = std::map<std::string, std::string>;

class Family {
  public:
    Family(prometheus::Registry& registry, ServerId server)
        : registry_(registry), labels_{{"server", std::to_string(server.value)}} {}

    prometheus::Counter* counter(const char* name, const char* help) {
        return &prometheus::BuildCounter()
                    .Name(std::string("cambist_bridge_") + name)
                    .Help(help)
                    .Register(registry_)
                    .Add(labels_);
    }
    prometheus::Gauge* gauge(const char* name, const char* help) {
        return &prometheus::BuildGauge()
                    .Name(std::string("cambist_bridge_") + name)
                    .Help(help)
                    .Register(registry_)
                    .Add(labels_);
    }
    prometheus::Histogram* histogram(const char* name, const char* help,
                                     std::vector<double> bounds) {
        return &prometheus::BuildHistogram()
                    .Name(std::string("cambist_bridge_") + name)
                    .Help(help)
                    .Register(registry_)
                    .Add(labels_, bounds);
    }

  private:
    prometheus::Registry& registry_;
    Labels labels_;
};

const std::vector<double> seconds_bounds{0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                         0.1,   0.2,   0.5,   1,    2,    5};

void add_counters(ServerMetrics& metrics, Family& family) {
    metrics.events_applied = family.counter("events_applied_total", "Events committed");
    metrics.batches = family.counter("batches_total", "Transactions of the mirror");
    metrics.duplicates = family.counter("duplicate_batches_total", "Frames known already");
    metrics.gaps = family.counter("gaps_total", "Gaps asked again");
    metrics.quarantined = family.counter("quarantined_total", "Events that could not be applied");
    metrics.drifts = family.counter("drifts_total", "Differences recorded");
    metrics.digests_equal = family.counter("digests_equal_total", "Digests that agreed");
    metrics.digests_different = family.counter("digests_different_total", "ALARM: they did not");
    metrics.digests_skipped =
        family.counter("digests_skipped_total", "Windows that began before this session");
    metrics.policies_sent = family.counter("policies_sent_total", "Policies sent");
    metrics.policies_enforced = family.counter("policies_enforced_total", "Acknowledged");
    metrics.commands_sent = family.counter("commands_sent_total", "Commands dispatched");
    metrics.commands_finished = family.counter("commands_finished_total", "Answers stored");
    metrics.commands_refused = family.counter("commands_refused_total", "Refused at dispatch");
    metrics.rescans = family.counter("rescan_cycles_total", "Whole rescans");
    metrics.lease_changes = family.counter("lease_changes_total", "Leases taken or lost");
    metrics.database_errors = family.counter("database_errors_total", "Failed transactions");
}

void add_gauges(ServerMetrics& metrics, Family& family) {
    metrics.connected = family.gauge("connected", "1: a plugin's session is open");
    metrics.owner = family.gauge("owner", "1: this bridge holds the lease");
    metrics.lag_events = family.gauge("lag_events", "Events raised and not committed");
    metrics.policies_under_way = family.gauge("policies_under_way", "Accepted, not enforced");
    metrics.commands_under_way = family.gauge("commands_under_way", "Sent, not answered");
    metrics.rescan_cycle_seconds = family.gauge("rescan_cycle_seconds", "The last whole rescan");
    metrics.money_out_waits = family.gauge("money_out_waits", "1: the mirror lags, debits wait");
    metrics.digest_equal = family.gauge("digest_equal", "1: the last digest agreed");
}

std::string link_text(const LinkCounters& link) {
    std::string text;
    const auto add = [&](const char* name, const std::atomic<std::uint64_t>& value) {
        text += fmt::format(
            "# TYPE cambist_bridge_link_{0}_total counter\n"
            "cambist_bridge_link_{0}_total {1}\n",
            name, value.load());
    };
    add("frames_in", link.frames_in);
    add("bytes_in", link.bytes_in);
    add("frames_out", link.frames_out);
    add("bytes_out", link.bytes_out);
    add("bad_frames", link.bad_frames);
    add("dropped_frames", link.dropped_frames);
    add("unreachable", link.unreachable);
    add("keys_turned_away", link.turned_away);
    return text;
}

std::string audit_text(const AuditCounts& audit) {
    std::string text;
    const auto add = [&](const char* name, const char* type, const char* help, auto value) {
        text += fmt::format(
            "# HELP cambist_bridge_audit_{0} {1}\n"
            "# TYPE cambist_bridge_audit_{0} {2}\n"
            "cambist_bridge_audit_{0} {3}\n",
            name, help, type, value);
    };
    add("rows_sealed_total", "counter", "Rows of the audit sealed by this bridge", audit.rows);
    add("seals_total", "counter", "Seals made by this bridge", audit.seals);
    add("seal_failures_total", "counter", "Steps that failed, or left a folder behind",
        audit.failures);
    add("sealing_stopped", "gauge", "1: ALARM, database and anchors disagree", int{audit.stopped});
    add("anchor_age_seconds", "gauge", "Since the newest seal that every folder has; -1: none",
        audit.anchor_age_seconds);
    return text;
}

}  // namespace

Metrics::Metrics() : registry_(std::make_unique<prometheus::Registry>()) {}
Metrics::~Metrics() = default;

ServerMetrics Metrics::of(ServerId server) {
    ServerMetrics metrics{};
    Family family(*registry_, server);
    add_counters(metrics, family);
    add_gauges(metrics, family);
    metrics.batch_rows =
        family.histogram("batch_events", "Events a transaction", {1, 4, 16, 64, 256, 1024, 4096});
    metrics.batch_seconds =
        family.histogram("batch_seconds", "A transaction of the mirror", seconds_bounds);
    metrics.enforce_seconds =
        family.histogram("enforce_seconds", "Policy sent to acknowledged", seconds_bounds);
    return metrics;
}

std::string Metrics::text() const {
    const auto families = registry_->Collect();
    std::string text = prometheus::TextSerializer().Serialize(families);
    if (link_)
        text += link_text(*link_);
    if (audit_)
        text += audit_text(audit_());
    return text;
}

}  // namespace cambist::bridge
