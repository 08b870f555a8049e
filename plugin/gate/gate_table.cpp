#include "plugin/gate/gate_table.hpp"

#include <bit>
#include <new>

#include "plugin/platform.hpp"

namespace cambist::plugin {

namespace {

constexpr std::uint64_t state_active = 1;

std::size_t slots_for(std::uint32_t accounts) {
    return std::bit_ceil(std::max<std::size_t>(64, 2 * std::size_t(accounts) * 96 / 100));
}

/// Read at random, so the fewer pages the better; asked for before the first touch.
template <class T>
LargeArray<T> made_large(std::size_t count) {
    void* memory = ::operator new[](count * sizeof(T), LargeArrayDelete::alignment);
    prefer_large_pages(memory, count * sizeof(T));
    return LargeArray<T>(new (memory) T[count]());
}

}  // namespace

GateWord GateWord::of(const AccountPolicy& policy) {
    return {std::uint64_t(policy.version) << 32 | std::uint64_t(policy.rights.bits) << 16 |
            std::uint64_t(policy.reason) << 8 | state_active};
}

Slots::Slots(std::size_t count)
    : mask(count - 1),
      shift(64 - std::countr_zero(count)),
      hot(made_large<Slot>(count)),
      reserved(made_large<std::atomic<std::int64_t>>(count)),
      leverage_cap(made_large<std::atomic<std::uint32_t>>(count)) {}

GateTable::GateTable(std::uint32_t accounts) {
    kept_.push_back(std::make_unique<Slots>(slots_for(accounts)));
    current_.store(kept_.back().get(), std::memory_order_release);
}

GateTable::~GateTable() = default;

std::uint32_t GateTable::version_of(Login login) const {
    return find(login).word.version();
}

void GateTable::publish(const AccountPolicy& policy) {
    if (policy.login.value == 0)
        return;  // marks a free place; no account has it
    Slots* slots = current_.load(std::memory_order_relaxed);
    if (2 * used_ > slots->mask) {
        grow();
        slots = current_.load(std::memory_order_relaxed);
    }
    store(*slots, policy);
}

// Colder values first, then the word, then the key: whoever sees the newer word sees values at
// least as new.
void GateTable::store(Slots& slots, const AccountPolicy& policy) {
    std::size_t at = slots.place(policy.login.value);
    std::uint64_t key = slots.hot[at].login.load(std::memory_order_relaxed);
    while (key != 0 && key != policy.login.value) {
        at = (at + 1) & slots.mask;
        key = slots.hot[at].login.load(std::memory_order_relaxed);
    }
    slots.reserved[at].store(policy.reserved, std::memory_order_release);
    slots.leverage_cap[at].store(policy.leverage_cap_x100, std::memory_order_release);
    slots.hot[at].word.store(GateWord::of(policy).bits, std::memory_order_release);
    if (key == 0) {
        slots.hot[at].login.store(policy.login.value, std::memory_order_release);
        ++used_;
    }
}

void GateTable::grow() {
    const Slots& old = *current_.load(std::memory_order_relaxed);
    auto fresh = std::make_unique<Slots>(2 * (old.mask + 1));
    used_ = 0;
    for_each([&](const AccountPolicy& policy) { store(*fresh, policy); });
    current_.store(fresh.get(), std::memory_order_release);
    kept_.push_back(std::move(fresh));
}

void GateTable::forget_all() {
    Slots& slots = *current_.load(std::memory_order_relaxed);
    for (std::size_t at = 0; at <= slots.mask; ++at)
        slots.hot[at].word.store(0, std::memory_order_release);
}

std::size_t GateTable::bytes() const {
    std::size_t sum = 0;
    for (const auto& slots : kept_)
        sum += (slots->mask + 1) *
               (sizeof(Slots::Slot) + sizeof(std::int64_t) + sizeof(std::uint32_t));
    return sum;
}

}  // namespace cambist::plugin
