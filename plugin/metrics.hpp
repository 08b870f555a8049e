#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/gate/latency.hpp"

namespace cambist::plugin {

/// Writes figures in Prometheus's text format.
class Metrics {
  public:
    void counter(std::string_view name, std::string_view help, std::uint64_t value,
                 std::string_view labels = {});
    void gauge(std::string_view name, std::string_view help, std::uint64_t value);
    void latency(std::string_view name, std::string_view help, const Latency& latency);
    const std::string& text() const { return text_; }

  private:
    void head(std::string_view name, std::string_view help, std::string_view type);
    void line(std::string_view name, std::string_view labels, std::uint64_t value);

    std::string text_, headed_;
};

}  // namespace cambist::plugin
