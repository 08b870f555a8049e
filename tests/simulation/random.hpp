#pragma once

#include <chrono>
#include <cstdint>

namespace cambist::simulation {

/// A seeded source of chance, the same on every machine.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t word = state_ += 0x9e3779b97f4a7c15ull;
        word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ull;
        word = (word ^ word >> 27) * 0x94d049bb133111ebull;
        return word ^ word >> 31;
    }
    /// least .. most, both included.
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + next() % (most - least + 1);
    }
    bool chance(std::uint32_t in_a_million) { return next() % 1'000'000 < in_a_million; }
    std::chrono::nanoseconds span(std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
        return std::chrono::nanoseconds(between(static_cast<std::uint64_t>(least.count()),
                                                static_cast<std::uint64_t>(most.count())));
    }

  private:
    std::uint64_t state_;
};

}  // namespace cambist::simulation
