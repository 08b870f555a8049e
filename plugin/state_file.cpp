#include "plugin/state_file.hpp"

#include <cstddef>

#include "sync/messages/codec.hpp"

namespace cambist::plugin {

namespace {

constexpr std::uint64_t slot_bytes = 512;

}  // namespace

std::uint64_t StateFile::checksum_of(const Slot& slot) {
    return hash_of(std::as_bytes(std::span(&slot, 1)).first(offsetof(Slot, checksum)));
}

std::optional<StateFile> StateFile::open(const std::string& path) {
    auto file = File::open(path);
    if (!file || !file->reserve(2 * slot_bytes))
        return std::nullopt;
    StateFile state;
    for (std::uint64_t place = 0; place < 2; ++place) {
        Slot slot;
        const auto got =
            file->read_at(place * slot_bytes, std::as_writable_bytes(std::span(&slot, 1)));
        if (got != sizeof slot || slot.checksum != checksum_of(slot) || slot.turn <= state.turn_)
            continue;
        state.turn_ = slot.turn;
        state.numbers_ = slot.numbers;
    }
    state.file_ = std::move(*file);
    return state;
}

bool StateFile::hint(const Numbers& numbers) {
    Slot slot{turn_ + 1, numbers, 0};
    slot.checksum = checksum_of(slot);
    if (!file_.write_at(slot.turn % 2 * slot_bytes, std::as_bytes(std::span(&slot, 1))))
        return false;
    ++turn_;
    numbers_ = numbers;
    return true;
}

bool StateFile::write(const Numbers& numbers) {
    return hint(numbers) && file_.sync();
}

}  // namespace cambist::plugin
