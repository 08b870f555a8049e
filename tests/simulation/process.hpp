#pragma once

#include <string>

#include "tests/simulation/world.hpp"

namespace cambist::simulation {

/// The process ends here: thrown at a crash point, caught where the process was entered.
struct Crashed {};

/// Something that can crash and start again. What it scheduled before a crash does not happen.
class Process {
  public:
    Process(World& world, std::string name) : world_(world), name_(std::move(name)) {}
    virtual ~Process() = default;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    const std::string& name() const { return name_; }
    bool up() const { return up_; }
    std::uint64_t incarnation() const { return incarnation_; }
    World& world() { return world_; }

    void start() {
        if (up_)
            return;
        up_ = true;
        ++incarnation_;
        world_.trace(name_, " starts");
        enter([this] { boot(); });
    }
    /// Ends without warning and starts again later.
    void crash() {
        if (!up_)
            return;
        up_ = false;
        ++incarnation_;
        world_.trace(name_, " crashes");
        lose_memory(world_.random.chance(300'000));
        world_.after(world_.random.span(milliseconds(20), milliseconds(1500)),
                     [this, mine = incarnation_] {
                         if (incarnation_ == mine)
                             start();
                     });
    }
    /// Ends in order and stays down.
    void stop() {
        up_ = false;
        ++incarnation_;
        lose_memory(false);
    }
    template <class Action>
    void enter(Action&& action) {
        if (!up_)
            return;
        try {
            action();
        } catch (const Crashed&) {
            crash();
        }
    }
    template <class Action>
    void after(nanoseconds delay, Action action) {
        world_.after(delay, [this, mine = incarnation_, action = std::move(action)]() mutable {
            if (incarnation_ == mine)
                enter(action);
        });
    }
    /// Between two effects: a place where a crash must do no harm.
    void crash_point(std::string_view where) {
        if (!world_.faults || !world_.random.chance(world_.harshness.crash_at_a_point))
            return;
        world_.saw(where);
        world_.trace(name_, ": ", where);
        throw Crashed{};
    }

  protected:
    virtual void boot() = 0;
    /// `power`: what was written but not synced may be torn away too.
    virtual void lose_memory(bool power) = 0;

    World& world_;

  private:
    std::string name_;
    bool up_ = false;
    std::uint64_t incarnation_ = 0;
};

}  // namespace cambist::simulation
