#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sync/messages/messages.hpp"
#include "sync/streams/policy_receiver.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::plugin {

/// What one acquire load tells about an account: version 32 bits, rights 16, reason 8, state 8.
struct GateWord {
    std::uint64_t bits = 0;

    static GateWord of(const AccountPolicy& policy);
    bool known() const { return bits != 0; }
    std::uint32_t version() const { return static_cast<std::uint32_t>(bits >> 32); }
    Rights rights() const { return {static_cast<std::uint16_t>(bits >> 16)}; }
    Reason reason() const { return static_cast<Reason>(bits >> 8 & 0xff); }
};

/// The hot array of {login, word} and, behind it in the same memory, the colder values of the same
/// places. The memory is aligned to large pages, so that its address and the hash's shift fit into
/// one number: a lookup loads that and a slot, nothing else.
class Slots {
  public:
    struct Slot {
        std::atomic<std::uint64_t> login{0};
        std::atomic<std::uint64_t> word{0};
    };
    static constexpr std::size_t bytes_a_slot =
        sizeof(Slot) + sizeof(std::int64_t) + sizeof(std::uint32_t);

    Slots() = default;
    explicit Slots(std::uint64_t handle) : handle_(handle) {}

    /// The number of places is a power of two.
    static Slots make(std::size_t count);
    void free() const;

    std::uint64_t handle() const { return handle_; }
    std::size_t count() const { return std::size_t(1) << (64 - (handle_ & shift_mask)); }
    std::size_t mask() const { return count() - 1; }
    std::size_t place(std::uint64_t login) const {
        return login * 0x9e3779b97f4a7c15ull >> (handle_ & shift_mask);
    }
    Slot& hot(std::size_t at) const { return base()[at]; }
    std::atomic<std::int64_t>& reserved(std::size_t at) const {
        return reinterpret_cast<std::atomic<std::int64_t>*>(base() + count())[at];
    }
    std::atomic<std::uint32_t>& leverage_cap(std::size_t at) const {
        return reinterpret_cast<std::atomic<std::uint32_t>*>(&reserved(count()))[at];
    }

  private:
    static constexpr std::uint64_t shift_mask = 63;
    Slot* base() const { return reinterpret_cast<Slot*>(handle_ & ~shift_mask); }

    std::uint64_t handle_ = 0;
};

/// The policies of all accounts, in memory made ahead. Any thread reads, wait-free; one writes. The
/// table doubles by copy and pointer swap when more than half full; replaced ones are kept for
/// hooks that may still read them, so the whole is at most twice the last.
class GateTable final : public PolicyTable {
  public:
    /// The account's policy at one instant; colder values are read when asked for.
    class View {
      public:
        View() = default;
        View(GateWord its_word, Slots slots, std::size_t at)
            : word(its_word), slots_(slots), at_(at) {}
        GateWord word;
        /// 0: no cap.
        std::uint32_t leverage_cap_x100() const;
        /// Minor units that no debit may touch.
        std::int64_t reserved() const;

      private:
        Slots slots_;
        std::size_t at_ = 0;
    };

    explicit GateTable(std::uint32_t accounts);
    ~GateTable() override;
    GateTable(const GateTable&) = delete;

    View find(Login login) const noexcept;
    std::uint32_t version_of(Login login) const override;
    bool holds(const AccountPolicy& policy) const override;

    /// One writer only. Published when it returns.
    void publish(const AccountPolicy& policy);
    /// A new era: every account is unknown again. One writer only.
    void forget_all();
    /// The policy as published; the writer's own view, for snapshots and digests.
    template <class Visit>
    void for_each(Visit visit) const;
    std::size_t size() const { return used_; }
    std::size_t bytes() const;

  private:
    void grow();
    void store(Slots slots, const AccountPolicy& policy);

    std::atomic<std::uint64_t> current_;  ///< the handle of kept_.back()
    std::vector<Slots> kept_;
    std::size_t used_ = 0;
};

template <class Visit>
void GateTable::for_each(Visit visit) const {
    const Slots slots = kept_.back();
    for (std::size_t at = 0; at < slots.count(); ++at) {
        const GateWord word{slots.hot(at).word.load(std::memory_order_relaxed)};
        if (!word.known())
            continue;
        visit(AccountPolicy{Login{slots.hot(at).login.load(std::memory_order_relaxed)},
                            word.version(), word.rights(), word.reason(),
                            slots.leverage_cap(at).load(std::memory_order_relaxed),
                            slots.reserved(at).load(std::memory_order_relaxed)});
    }
}

inline GateTable::View GateTable::find(Login login) const noexcept {
    const Slots slots(current_.load(std::memory_order_acquire));
    std::size_t at = slots.place(login.value);
    std::uint64_t key = slots.hot(at).login.load(std::memory_order_acquire);
    while (key != login.value) [[unlikely]] {
        if (key == 0)
            return {};
        at = (at + 1) & slots.mask();
        key = slots.hot(at).login.load(std::memory_order_acquire);
    }
    return {GateWord{slots.hot(at).word.load(std::memory_order_acquire)}, slots, at};
}

inline std::uint32_t GateTable::View::leverage_cap_x100() const {
    return slots_.handle() ? slots_.leverage_cap(at_).load(std::memory_order_acquire) : 0;
}

inline std::int64_t GateTable::View::reserved() const {
    return slots_.handle() ? slots_.reserved(at_).load(std::memory_order_acquire) : 0;
}

}  // namespace cambist::plugin
