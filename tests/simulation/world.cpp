#include "tests/simulation/world.hpp"

#include <iomanip>

namespace cambist::simulation {

namespace {

constexpr Instant beginning{1'790'000'000'000'000'000};

}  // namespace

World::World(std::uint64_t seed, bool verbose)
    : random(seed * 0x2545f4914f6cdd1dull + 1), verbose_(verbose), now_(beginning) {
    // Swarm: each seed leaves some kinds of fault out and exaggerates others.
    const auto sometimes = [&](std::uint32_t most) {
        return random.chance(250'000) ? 0 : static_cast<std::uint32_t>(random.between(0, most));
    };
    harshness.loss = sometimes(300'000);
    harshness.duplication = sometimes(500'000);
    harshness.long_delay = sometimes(20'000);
    harshness.reorder = sometimes(300'000);
    harshness.crash_at_a_point = sometimes(4'000);
    harshness.database_failure = sometimes(20'000);
    harshness.between_faults = random.span(milliseconds(400), seconds(4));
}

void World::after(nanoseconds delay, std::function<void()> action) {
    due_.push({now_ + delay, ++order_, std::move(action)});
}

void World::step() {
    // The queue hands out const references; the action is moved out of one that is popped next.
    auto action = std::move(const_cast<Due&>(due_.top()).action);
    now_ = due_.top().at;
    due_.pop();
    action();
}

void World::violate(std::string_view invariant, std::string detail) const {
    throw Violation{std::string(invariant), std::move(detail)};
}

void World::begin_line() const {
    const std::int64_t microseconds = (now_.ns - beginning.ns) / 1000;
    std::cout << std::setw(5) << microseconds / 1'000'000 << '.' << std::setfill('0')
              << std::setw(6) << microseconds % 1'000'000 << std::setfill(' ') << "  ";
}

}  // namespace cambist::simulation
