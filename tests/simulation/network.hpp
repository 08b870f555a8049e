#pragma once

#include <array>

#include "sync/messages/codec.hpp"
#include "tests/simulation/process.hpp"

namespace cambist::simulation {

/// The places that messages go between: the trading server and two bridges.
constexpr std::size_t server_place = 0;
constexpr std::size_t places = 3;

/// Takes what the network brings.
class Endpoint {
  public:
    virtual ~Endpoint() = default;
    virtual void on_message(std::size_t from, const Message& message) = 0;
};

/// Carries encoded frames: loses, doubles, delays, reorders, and cuts each direction by itself.
class Network {
  public:
    explicit Network(World& world) : world_(world) {}

    void attach(std::size_t place, Process& process, Endpoint& endpoint) {
        ends_[place] = {&process, &endpoint};
    }
    void send(std::size_t from, std::size_t to, const Message& message);
    void cut(std::size_t from, std::size_t to, bool is_cut) { cut_[from][to] = is_cut; }
    void heal() { cut_ = {}; }
    /// Everything under way is lost: what happens to connections while a store is restored.
    void flush() { ++generation_; }

  private:
    struct End {
        Process* process = nullptr;
        Endpoint* endpoint = nullptr;
    };
    void deliver_later(std::size_t from, std::size_t to, Bytes frame);
    nanoseconds delay();

    World& world_;
    std::array<End, places> ends_{};
    std::array<std::array<bool, places>, places> cut_{};
    std::uint64_t generation_ = 0;
};

}  // namespace cambist::simulation
