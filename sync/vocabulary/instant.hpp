#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace cambist {

/// A point in time: nanoseconds since 1970-01-01 UTC.
struct Instant {
    std::int64_t ns = 0;

    friend constexpr auto operator<=>(Instant, Instant) = default;
    friend constexpr Instant operator+(Instant at, std::chrono::nanoseconds step) {
        return {at.ns + step.count()};
    }
    friend constexpr std::chrono::nanoseconds operator-(Instant a, Instant b) {
        return std::chrono::nanoseconds(a.ns - b.ns);
    }
};

/// Tells the time; injected everywhere, so that tests own it.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

}  // namespace cambist
