// A histogram of nanoseconds that many threads fill: 16 steps an octave, 6 % wide.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

namespace cambist::sim {

class LatencyHistogram {
  public:
    void add(uint64_t ns) { buckets_[bucket(ns)].fetch_add(1, std::memory_order_relaxed); }

    void add_to(LatencyHistogram& sum) const {
        for (size_t i = 0; i < buckets_.size(); ++i)
            sum.buckets_[i].fetch_add(buckets_[i].load(std::memory_order_relaxed),
                                      std::memory_order_relaxed);
    }

    uint64_t count() const {
        uint64_t sum = 0;
        for (const auto& each : buckets_)
            sum += each.load(std::memory_order_relaxed);
        return sum;
    }

    /// The upper edge of the bucket in which the fraction (0..1, in 1/1000) lies; 0 when empty.
    uint64_t permille(uint64_t thousandths) const {
        const uint64_t total = count();
        if (total == 0)
            return 0;
        const uint64_t wanted = (total * thousandths + 999) / 1000;
        uint64_t seen = 0;
        for (size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i].load(std::memory_order_relaxed);
            if (seen >= wanted)
                return upper_edge(i);
        }
        return upper_edge(buckets_.size() - 1);
    }

  private:
    static constexpr int kStepBits = 4;
    static constexpr uint64_t kSteps = 1u << kStepBits;

    static size_t bucket(uint64_t ns) {
        if (ns < kSteps)
            return ns;
        const int octave = std::bit_width(ns) - 1 - kStepBits;
        const size_t index = kSteps * static_cast<size_t>(octave + 1) + ((ns >> octave) - kSteps);
        return index < kBuckets ? index : kBuckets - 1;
    }
    static uint64_t upper_edge(size_t index) {
        if (index < kSteps)
            return index;
        const uint64_t octave = index / kSteps - 1;
        return ((index % kSteps + kSteps + 1) << octave) - 1;
    }

    static constexpr size_t kBuckets = kSteps * 40;
    std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
};

}  // namespace cambist::sim
