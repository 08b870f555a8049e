#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "plugin/abi/trading_server.h"
#include "plugin/lane.hpp"

namespace cambist::plugin {

/// Where the trading server's threads leave what happened: events of one login keep their order.
class Lanes {
  public:
    static constexpr std::size_t count = 16;
    static constexpr std::size_t slots_a_lane = 4096;

    Lanes() {
        for (auto& lane : lanes_)
            lane = std::make_unique<EventLane>(slots_a_lane);
    }

    /// Copies the event and returns: no wait, no lock, no allocation, no system call. An event that
    /// is larger than any payload of this ABI is cut to its header.
    void capture(const ctsp_event& event) noexcept {
        EventLane& lane = *lanes_[lane_of(event.login)];
        const std::size_t payload = event.size - sizeof event;
        if (payload <= sizeof(ctsp_deal)) [[likely]] {
            lane.push(&event, sizeof event, &event + 1, payload);
            return;
        }
        ctsp_event header = event;
        header.size = sizeof header;
        lane.push(&header, sizeof header, nullptr, 0);
    }

    /// Takes at most `most` events from each lane.
    template <class Visit>
    std::size_t take(std::size_t most, Visit visit) {
        std::size_t taken = 0;
        for (auto& lane : lanes_)
            taken += lane->take(most, visit);
        return taken;
    }

    std::uint64_t dropped() const {
        std::uint64_t sum = 0;
        for (const auto& lane : lanes_)
            sum += lane->dropped();
        return sum;
    }
    std::size_t bytes() const { return count * lanes_[0]->bytes(); }

  private:
    static std::size_t lane_of(std::uint64_t login) { return login * 0x9e3779b97f4a7c15ull >> 60; }
    std::array<std::unique_ptr<EventLane>, count> lanes_;
};

}  // namespace cambist::plugin
