#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cambist::bench {

/// One measured figure: what we take against what the floor takes in the same run.
struct Figure {
    std::string bench, name;
    double value = 0;
    std::string unit;
    std::optional<double> floor;
    std::optional<double> ratio;
    std::string goal;  ///< as people read it, e.g. "<= 1.5 x"
    bool ok = false;
};

/// Prints a figure as one JSON line.
void print(const Figure& figure);

struct Medians {
    double ours = 0, floor = 0, ratio = 0;  ///< ratio: median of the rounds' own ratios
};
/// Runs both sides once a round, taking turns in who goes first; each returns its own figure.
Medians interleave(int rounds, const std::function<double()>& ours,
                   const std::function<double()>& floor);

double median(std::vector<double> values);
/// The value below which `share` (0..1) of the values lie.
double percentile(std::vector<double>& values, double share);

/// Nanoseconds of a clock that only goes forward.
std::int64_t ticks_ns();

/// Keeps a computed value alive without storing it.
template <class T>
inline void keep(T const& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

/// A cheap generator for inputs: the same sequence for the same seed on every machine.
class Sequence {
  public:
    explicit Sequence(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15ull;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ z >> 27) * 0x94d049bb133111ebull;
        return z ^ z >> 31;
    }
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  private:
    std::uint64_t state_;
};

using Bench = std::function<void()>;

}  // namespace cambist::bench
