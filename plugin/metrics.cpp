#include "plugin/metrics.hpp"

namespace cambist::plugin {

void Metrics::head(std::string_view name, std::string_view help, std::string_view type) {
    if (headed_ == name)
        return;
    headed_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Metrics::line(std::string_view name, std::string_view labels, std::uint64_t value) {
    text_.append(name);
    if (!labels.empty())
        text_.append("{").append(labels).append("}");
    text_.append(" ").append(std::to_string(value)).append("\n");
}

void Metrics::counter(std::string_view name, std::string_view help, std::uint64_t value,
                      std::string_view labels) {
    head(name, help, "counter");
    line(name, labels, value);
}

void Metrics::gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, help, "gauge");
    line(name, {}, value);
}

void Metrics::latency(std::string_view name, std::string_view help, const Latency& latency) {
    head(name, help, "histogram");
    const std::string bucket = std::string(name) + "_bucket";
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < Latency::bucket_count; ++at) {
        sum += latency.samples(at);
        line(bucket, "le=\"" + std::to_string((std::uint64_t(1) << at) - 1) + "\"", sum);
    }
    line(bucket, "le=\"+Inf\"", sum);
    line(std::string(name) + "_count", {}, sum);
}

}  // namespace cambist::plugin
