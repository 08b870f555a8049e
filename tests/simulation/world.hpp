#pragma once

#include <functional>
#include <iostream>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "sync/vocabulary/instant.hpp"
#include "tests/simulation/random.hpp"

namespace cambist::simulation {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// An invariant that did not hold: ends the run.
struct Violation {
    std::string invariant, detail;
};

/// How hard this seed's world is; drawn from the seed. Chances are in a million.
struct Harshness {
    std::uint32_t loss = 0, duplication = 0, long_delay = 0, reorder = 0;
    std::uint32_t crash_at_a_point = 0, database_failure = 0;
    nanoseconds between_faults{};
};

/// Counts of what happened, by name.
using Coverage = std::map<std::string_view, std::uint64_t>;

/// Virtual time, chance and the list of what happens next. One thread; the same seed, the same run.
class World {
  public:
    World(std::uint64_t seed, bool verbose);

    Random random;
    Harshness harshness;
    bool faults = true;  ///< false: the calm in which everything must become quiet

    Instant now() const { return now_; }
    void after(nanoseconds delay, std::function<void()> action);
    /// Runs what is due next.
    void step();

    void saw(std::string_view path) { ++coverage_[path]; }
    const Coverage& coverage() const { return coverage_; }
    [[noreturn]] void violate(std::string_view invariant, std::string detail) const;
    void require(bool holds, std::string_view invariant, std::string_view detail) const {
        if (!holds) [[unlikely]]
            violate(invariant, std::string(detail));
    }
    /// One line of the readable trace.
    template <class... Parts>
    void trace(const Parts&... parts) const {
        if (!verbose_)
            return;
        begin_line();
        ((std::cout << parts), ...);
        std::cout << '\n';
    }

  private:
    struct Due {
        Instant at;
        std::uint64_t order;
        std::function<void()> action;

        bool operator<(const Due& other) const {
            return at != other.at ? other.at < at : order > other.order;
        }
    };
    void begin_line() const;

    bool verbose_;
    Instant now_;
    std::uint64_t order_ = 0;
    std::priority_queue<Due> due_;
    Coverage coverage_;
};

}  // namespace cambist::simulation
