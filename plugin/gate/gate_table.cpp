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

constexpr std::align_val_t large_page{2u << 20};

}  // namespace

GateWord GateWord::of(const AccountPolicy& policy) {
    return {std::uint64_t(policy.version) << 32 | std::uint64_t(policy.rights.bits) << 16 |
            std::uint64_t(policy.reason) << 8 | state_active};
}

// Read at random, so the fewer pages the better; asked for before the first touch.
Slots Slots::make(std::size_t count) {
    void* memory = ::operator new(count * bytes_a_slot, large_page);
    prefer_large_pages(memory, count * bytes_a_slot);
    const auto shift = static_cast<std::uint64_t>(64 - std::countr_zero(count));
    const Slots slots(reinterpret_cast<std::uintptr_t>(memory) | shift);
    for (std::size_t at = 0; at < count; ++at) {
        new (&slots.hot(at)) Slot();
        new (&slots.reserved(at)) std::atomic<std::int64_t>(0);
        new (&slots.leverage_cap(at)) std::atomic<std::uint32_t>(0);
    }
    return slots;
}

void Slots::free() const {
    ::operator delete(static_cast<void*>(base()), large_page);
}

GateTable::GateTable(std::uint32_t accounts) {
    kept_.push_back(Slots::make(slots_for(accounts)));
    current_.store(kept_.back().handle(), std::memory_order_release);
}

GateTable::~GateTable() {
    for (const Slots slots : kept_)
        slots.free();
}

bool GateTable::holds(const AccountPolicy& policy) const {
    const View held = find(policy.login);
    return held.word.bits == GateWord::of(policy).bits && held.reserved() == policy.reserved &&
           held.leverage_cap_x100() == policy.leverage_cap_x100;
}

std::uint32_t GateTable::version_of(Login login) const {
    return find(login).word.version();
}

void GateTable::publish(const AccountPolicy& policy) {
    if (policy.login.value == 0)
        return;  // marks a free place; no account has it
    if (2 * used_ > kept_.back().count())
        grow();
    store(kept_.back(), policy);
}

// Colder values first, then the word, then the key: whoever sees the newer word sees values at
// least as new.
void GateTable::store(Slots slots, const AccountPolicy& policy) {
    std::size_t at = slots.place(policy.login.value);
    std::uint64_t key = slots.hot(at).login.load(std::memory_order_relaxed);
    while (key != 0 && key != policy.login.value) {
        at = (at + 1) & slots.mask();
        key = slots.hot(at).login.load(std::memory_order_relaxed);
    }
    slots.reserved(at).store(policy.reserved, std::memory_order_release);
    slots.leverage_cap(at).store(policy.leverage_cap_x100, std::memory_order_release);
    slots.hot(at).word.store(GateWord::of(policy).bits, std::memory_order_release);
    if (key == 0) {
        slots.hot(at).login.store(policy.login.value, std::memory_order_release);
        ++used_;
    }
}

void GateTable::grow() {
    const Slots fresh = Slots::make(2 * kept_.back().count());
    used_ = 0;
    for_each([&](const AccountPolicy& policy) { store(fresh, policy); });
    kept_.push_back(fresh);
    current_.store(fresh.handle(), std::memory_order_release);
}

void GateTable::forget_all() {
    const Slots slots = kept_.back();
    for (std::size_t at = 0; at < slots.count(); ++at)
        slots.hot(at).word.store(0, std::memory_order_release);
}

std::size_t GateTable::bytes() const {
    std::size_t sum = 0;
    for (const Slots slots : kept_)
        sum += slots.count() * Slots::bytes_a_slot;
    return sum;
}

}  // namespace cambist::plugin
