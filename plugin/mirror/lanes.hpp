#pragma once

#include <array>
#include <cstdint>

#include "plugin/abi/trading_server.h"
#include "plugin/lane.hpp"

namespace cambist::plugin {

/// Whether the office keeps anything of this kind of event; the others end in the hook.
constexpr bool is_kept(std::uint16_t type) {
    switch (type) {
        case CTSP_EV_LOGIN:
        case CTSP_EV_LOGOUT:
        case CTSP_EV_REQ_DONE:
        case CTSP_EV_REQ_REFUSED:
        case CTSP_EV_REQ_DELETED:
        case CTSP_EV_ORDER:
        case CTSP_EV_CONFIG:
            return false;
        default:
            return type <= CTSP_EV_RESYNC;
    }
}

/// Where the trading server's threads leave what happened: events of one login keep their order.
class Lanes {
  public:
    static constexpr std::size_t count = 16;
    static constexpr std::size_t room_a_lane = 2048;
    /// For the ABI's events: the header and the largest payload.
    using EventLane = Lane<sizeof(ctsp_event) + sizeof(ctsp_deal), room_a_lane>;

    /// Copies the event and returns: no wait, no lock, no allocation, no system call. An event that
    /// is larger than any payload of this ABI is cut to its header.
    void capture(const ctsp_event& event) noexcept {
        EventLane& lane = lanes_[lane_of(event.login)];
        // A size that is known is copied in a few instructions.
        if (event.size == sizeof event + sizeof(ctsp_deal))
            lane.push([&](std::byte* to) { copy_deal(to, event); });
        else if (event.size == sizeof event)
            lane.push([&](std::byte* to) { std::memcpy(to, &event, sizeof event); });
        else if (event.size == sizeof event + sizeof(ctsp_position))
            lane.push([&](std::byte* to) {
                std::memcpy(to, &event, sizeof event + sizeof(ctsp_position));
            });
        else
            capture_other(lane, event);
    }

    /// Takes at most `most` events from each lane.
    template <class Visit>
    std::size_t take(std::size_t most, Visit visit) {
        std::size_t taken = 0;
        for (EventLane& lane : lanes_)
            taken += lane.take(most, visit);
        return taken;
    }

    std::uint64_t dropped() const {
        std::uint64_t sum = 0;
        for (const EventLane& lane : lanes_)
            sum += lane.dropped();
        return sum;
    }
    static constexpr std::size_t bytes() { return count * EventLane::bytes(); }

  private:
    static std::size_t lane_of(std::uint64_t login) { return login * 0x9e3779b97f4a7c15ull >> 60; }

    /// Of an empty comment only the beginning: most deals have none, and it is a cache line.
    static void copy_deal(std::byte* to, const ctsp_event& event) noexcept {
        constexpr std::size_t text = sizeof event + offsetof(ctsp_deal, comment);
        const auto* from = reinterpret_cast<const std::byte*>(&event);
        std::memcpy(to, from, text);
        if (from[text] == std::byte{0})
            std::memset(to + text, 0, sizeof(std::uint64_t));
        else
            std::memcpy(to + text, from + text, sizeof(ctsp_deal::comment));
    }

    static void capture_other(EventLane& lane, const ctsp_event& event) noexcept {
        lane.push([&](std::byte* to) {
            if (event.size > sizeof event && event.size <= sizeof event + sizeof(ctsp_deal)) {
                std::memcpy(to, &event, event.size);
                return;
            }
            ctsp_event header = event;
            header.size = sizeof header;
            std::memcpy(to, &header, sizeof header);
        });
    }

    std::array<EventLane, count> lanes_;
};

}  // namespace cambist::plugin
