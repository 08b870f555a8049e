#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "plugin/abi/trading_server.h"

namespace cambist::plugin {

/// A bounded queue of records of up to `Bytes` bytes: any thread pushes, one thread takes. A push
/// is wait-free, wakes nobody, and counts what does not fit.
///
/// There are two buffers of `Room` places. Pushes fill one from its beginning; when the taker has
/// emptied the other it exchanges them. So a taker that keeps up makes the same few places serve
/// again and again, and they stay in the caches.
template <std::size_t Bytes, std::size_t Room>
class Lane {
  public:
    /// Has `write(std::byte*)` fill in at most `Bytes` bytes; false when they do not fit.
    template <class Write>
    bool push(Write write) noexcept {
        const Place place = claim();
        if (!place.slot)
            return false;
        write(static_cast<std::byte*>(place.slot->bytes));
        place.slot->turn.store(place.turn, std::memory_order_release);
        return true;
    }

    /// Calls `visit(const std::byte*)` for at most `most` records, in order. One thread only.
    template <class Visit>
    std::size_t take(std::size_t most, Visit visit) {
        std::size_t taken = 0;
        for (;;) {
            for (; read_ < ready_; ++read_, ++taken) {
                const Slot& slot = slots_[(turn_ & 1) * Room + read_];
                if (taken == most || slot.turn.load(std::memory_order_acquire) != turn_)
                    return taken;
                visit(static_cast<const std::byte*>(slot.bytes));
            }
            if (!exchange())
                return taken;
        }
    }

    /// Records that did not fit, ever.
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
    static constexpr std::size_t bytes() { return 2 * Room * sizeof(Slot); }

  private:
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> turn{0};
        std::byte bytes[Bytes];
    };
    struct Place {
        Slot* slot = nullptr;
        std::uint64_t turn = 0;
    };
    static constexpr std::uint64_t index_bits = 24;
    static constexpr std::uint64_t index_mask = (1u << index_bits) - 1;
    static_assert(Room < index_mask / 2);

    /// The next place of the buffer that is being filled; none when it is full.
    Place claim() noexcept {
        // Looked at first, so that pushes into a full buffer cannot carry into the turn.
        if ((tail_.load(std::memory_order_relaxed) & index_mask) < Room) [[likely]] {
            const std::uint64_t tail = tail_.fetch_add(1, std::memory_order_acquire);
            const std::uint64_t index = tail & index_mask, turn = tail >> index_bits;
            if (index < Room) [[likely]]
                return {&slots_[(turn & 1) * Room + index], turn};
        }
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return {};
    }

    /// Takes the filled buffer and leaves the emptied one to be filled; false when nothing is in.
    bool exchange() {
        const std::uint64_t seen = tail_.load(std::memory_order_relaxed);
        if ((seen & index_mask) == 0)
            return false;
        const std::uint64_t next = ((seen >> index_bits) + 1) << index_bits;
        const std::uint64_t tail = tail_.exchange(next, std::memory_order_acq_rel);
        turn_ = tail >> index_bits;
        ready_ = std::min<std::size_t>(tail & index_mask, Room);
        read_ = 0;
        return true;
    }

    /// The turn of the buffer that is being filled, above the number of places claimed in it.
    alignas(64) std::atomic<std::uint64_t> tail_{1ull << index_bits};
    std::unique_ptr<Slot[]> slots_{new Slot[2 * Room]};
    alignas(64) std::uint64_t turn_ = 0;  ///< of the buffer that is being taken
    std::size_t read_ = 0, ready_ = 0;
    std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace cambist::plugin
