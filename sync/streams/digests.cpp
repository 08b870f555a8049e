#include "sync/streams/digests.hpp"

#include <algorithm>
#include <bit>

#include "sync/vocabulary/assertion.hpp"
#include "sync/vocabulary/planted.hpp"

namespace cambist {

namespace {

constexpr std::size_t smallest_table = 16;

/// A key of zero marks a free slot; nothing real has the number that stands in for zero.
constexpr std::uint64_t key_of(std::uint64_t number) {
    return number != 0 ? number : ~0ull;
}

template <class Slots>
std::size_t place_of(const Slots& slots, std::uint64_t key, std::uint64_t Slots::value_type::* at) {
    const std::size_t mask = slots.size() - 1;
    std::size_t place = (key * 0x9e3779b97f4a7c15ull >> 20) & mask;
    while (slots[place].*at != 0 && slots[place].*at != key)
        place = (place + 1) & mask;
    return place;
}

}  // namespace

DealWindow::DealWindow(std::uint32_t most)
    : slots_(std::bit_ceil(std::max<std::size_t>(smallest_table, most * std::size_t{2}))),
      most_(most) {
    CAMBIST_ASSERT(most > 0);
}

void DealWindow::begin(std::uint64_t first_seq) {
    if (deals_ != 0)
        std::ranges::fill(slots_, Slot{});
    first_seq_ = first_seq;
    deals_ = sum_ = 0;
}

bool DealWindow::add(Ticket ticket, std::uint64_t hash) {
    CAMBIST_ASSERT(deals_ < most_);
    Slot& slot = slots_[place_of(slots_, key_of(ticket.value), &Slot::ticket)];
    if (slot.ticket == 0) {
        slot.ticket = key_of(ticket.value);
        ++deals_;
    }
    sum_ += hash - slot.hash;
    slot.hash = hash;
    return deals_ == most_;
}

DealDigestRecord DealWindow::close(std::uint64_t next_first_seq) {
    const DealDigestRecord record{first_seq_, deals_, sum_};
    begin(next_first_seq);
    return record;
}

AccountRows::AccountRows(std::uint32_t capacity)
    : slots_(std::bit_ceil(std::max<std::size_t>(smallest_table, capacity + capacity / 4))) {}

AccountRows::Slot* AccountRows::slot_of(Login login) {
    return &slots_[place_of(slots_, key_of(login.value), &Slot::login)];
}

bool AccountRows::set(Login login, std::uint64_t hash) {
    Slot* slot = slot_of(login);
    if (slot->login == 0) {
        if (used_ >= slots_.size() - slots_.size() / 8)
            return false;
        slot->login = key_of(login.value);
        ++used_;
    }
    if (CAMBIST_PLANTED(digest_ignores_update) && slot->hash != 0)
        return true;
    sums_[shard_of(login)] += hash - slot->hash;
    slot->hash = hash;
    return true;
}

std::optional<std::uint64_t> AccountRows::find(Login login) const {
    const Slot& slot = slots_[place_of(slots_, key_of(login.value), &Slot::login)];
    if (slot.login == 0)
        return std::nullopt;
    return slot.hash;
}

AccountDigestRecord AccountRows::digest() const {
    return {used_, sums_};
}

void AccountRows::clear() {
    std::ranges::fill(slots_, Slot{});
    used_ = 0;
    sums_ = {};
}

std::size_t AccountRows::bytes() const {
    return slots_.size() * sizeof(Slot);
}

}  // namespace cambist
