#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

namespace cambist::plugin {

/// Sampled hook latencies in power-of-two buckets of nanoseconds; any thread adds.
class Latency {
  public:
    /// Times its own lifetime when `chosen` by a cheap number of the request: one in 64.
    class Sample {
      public:
        Sample(Latency& latency, std::uint64_t number) noexcept
            : latency_(number % 64 == 0 ? &latency : nullptr) {
            if (latency_)
                began_ = std::chrono::steady_clock::now();
        }
        ~Sample() {
            if (latency_)
                latency_->add(std::chrono::steady_clock::now() - began_);
        }
        Sample(const Sample&) = delete;

      private:
        Latency* latency_;
        std::chrono::steady_clock::time_point began_{};
    };

    void add(std::chrono::nanoseconds took) noexcept {
        const auto ns = static_cast<std::uint64_t>(took.count());
        const auto bucket = static_cast<std::size_t>(std::bit_width(ns));
        buckets_[bucket < buckets_.size() ? bucket : buckets_.size() - 1].fetch_add(
            1, std::memory_order_relaxed);
    }
    /// Samples that took less than 2^bucket ns and at least half of that.
    std::uint64_t samples(std::size_t bucket) const {
        return buckets_[bucket].load(std::memory_order_relaxed);
    }
    static constexpr std::size_t bucket_count = 32;

  private:
    std::array<std::atomic<std::uint64_t>, bucket_count> buckets_{};
};

}  // namespace cambist::plugin
