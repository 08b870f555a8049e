// The trading server's clocks: UTC for records, ticks of the processor for latencies.
#pragma once

#include <time.h>

#include <cstdint>

namespace cambist::sim {

inline constexpr int64_t kSecondNs = 1'000'000'000;

/// Nanoseconds UTC.
inline int64_t host_now_ns() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return int64_t{now.tv_sec} * kSecondNs + now.tv_nsec;
}

/// Nanoseconds of a clock that never goes back.
inline int64_t steady_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * kSecondNs + now.tv_nsec;
}

}  // namespace cambist::sim
