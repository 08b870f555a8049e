#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "plugin/abi/trading_server.h"

namespace cambist::plugin {

/// A bounded ring of records of up to `Bytes` bytes: any thread pushes, one thread takes. A push
/// tries a bounded number of times, never waits and wakes nobody. What does not fit is counted.
template <std::size_t Bytes>
class Lane {
  public:
    static constexpr std::size_t capacity_bytes = Bytes;
    static constexpr int attempts = 64;

    explicit Lane(std::size_t slots)
        : slots_(new Slot[std::bit_ceil(slots)]), mask_(std::bit_ceil(slots) - 1) {
        for (std::size_t at = 0; at <= mask_; ++at)
            slots_[at].turn.store(at, std::memory_order_relaxed);
    }

    /// Copies `head` and `tail` behind each other; false when the ring is full or too contended.
    bool push(const void* head, std::size_t head_bytes, const void* tail,
              std::size_t tail_bytes) noexcept {
        std::uint64_t ticket = next_.load(std::memory_order_relaxed);
        for (int attempt = 0; attempt < attempts; ++attempt) {
            Slot& slot = slots_[ticket & mask_];
            const auto ahead =
                static_cast<std::int64_t>(slot.turn.load(std::memory_order_acquire) - ticket);
            if (ahead < 0)
                break;
            if (ahead == 0 &&
                next_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_relaxed)) {
                std::memcpy(slot.bytes, head, head_bytes);
                if (head_bytes + tail_bytes == Bytes)  // a size known to the compiler
                    std::memcpy(slot.bytes + head_bytes, tail, Bytes - head_bytes);
                else if (tail_bytes)
                    std::memcpy(slot.bytes + head_bytes, tail, tail_bytes);
                slot.turn.store(ticket + 1, std::memory_order_release);
                prefetch(slots_[(ticket + 1) & mask_]);
                return true;
            }
            if (ahead > 0)
                ticket = next_.load(std::memory_order_relaxed);
        }
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }

    /// Calls `visit(const std::byte*)` for at most `most` records, in order. One thread only.
    template <class Visit>
    std::size_t take(std::size_t most, Visit visit) {
        std::size_t taken = 0;
        for (; taken < most; ++taken) {
            Slot& slot = slots_[first_ & mask_];
            if (slot.turn.load(std::memory_order_acquire) != first_ + 1)
                break;
            visit(static_cast<const std::byte*>(slot.bytes));
            slot.turn.store(first_ + mask_ + 1, std::memory_order_release);
            ++first_;
        }
        return taken;
    }

    /// Records that did not fit, ever.
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
    std::size_t bytes() const { return (mask_ + 1) * sizeof(Slot); }

  private:
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> turn;
        std::byte bytes[Bytes];
    };

    /// Asks for the lines of the slot that is written next, so that the next push does not wait for
    /// the consumer's core to give them up.
    static void prefetch(const Slot& slot) noexcept {
        for (std::size_t at = 0; at < sizeof(Slot); at += 64)
            __builtin_prefetch(reinterpret_cast<const char*>(&slot) + at, 1);
    }

    std::unique_ptr<Slot[]> slots_;
    std::size_t mask_;
    alignas(64) std::atomic<std::uint64_t> next_{0};
    alignas(64) std::uint64_t first_ = 0;
    std::atomic<std::uint64_t> dropped_{0};
};

/// A lane for the ABI's events: the header and the largest payload.
using EventLane = Lane<sizeof(ctsp_event) + sizeof(ctsp_deal)>;

}  // namespace cambist::plugin
