#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace cambist::gateway {

/// What the process counts, in Prometheus' text format. One thread.
class Metrics {
  public:
    Metrics();
    ~Metrics();

    /// One answer; `route` is the pattern, so that ids make no series of their own.
    void answered(std::string_view method, std::string_view route, int status,
                  std::chrono::nanoseconds took);
    /// A figure that is looked up when somebody asks, e.g. cambist_gateway_connections.
    void set(const std::string& name, const std::string& help, std::int64_t figure);
    std::string text() const;

  private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace cambist::gateway
