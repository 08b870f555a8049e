#include "gateway/routes/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <map>
#include <tuple>

namespace cambist::gateway {
namespace {

const prometheus::Histogram::BucketBoundaries latency_bounds{
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};

/// A client may send any method; only those that are served become a label.
std::string_view label_of(std::string_view method) {
    for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "OPTIONS"})
        if (method == known)
            return known;
    return "other";
}

/// Whom an answer counts for: method, route and status.
using Counted = std::tuple<std::string, std::string, int>;
struct Counts {
    prometheus::Counter* answers;
    prometheus::Histogram* latency;
};

}  // namespace

struct Metrics::Families {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter()
            .Name("cambist_gateway_requests_total")
            .Help("Answers by method, route and status")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& latency =
        prometheus::BuildHistogram()
            .Name("cambist_gateway_request_seconds")
            .Help("From the first byte of a request to its answer")
            .Register(registry);
    std::map<Counted, Counts, std::less<>> counted;  // found by its labels once

    Counts& counts_of(std::string_view method, std::string_view route, int status) {
        const auto known = counted.find(std::tuple(method, route, status));
        if (known != counted.end())
            return known->second;
        const std::string pattern(route);
        auto& answers = requests.Add({{"method", std::string(method)},
                                      {"route", pattern},
                                      {"status", std::to_string(status)}});
        auto& seconds = latency.Add({{"route", pattern}}, latency_bounds);
        const Counts counts{&answers, &seconds};
        return counted.emplace(Counted(method, route, status), counts).first->second;
    }
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::answered(std::string_view method, std::string_view route, int status,
                       std::chrono::nanoseconds took) {
    const Counts& counts =
        families_->counts_of(label_of(method), route.empty() ? "none" : route, status);
    counts.answers->Increment();
    counts.latency->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::set(const std::string& name, const std::string& help, std::int64_t figure) {
    prometheus::BuildGauge()
        .Name(name)
        .Help(help)
        .Register(families_->registry)
        .Add({})
        .Set(static_cast<double>(figure));
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace cambist::gateway
