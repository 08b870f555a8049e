#include "plugin/mirror/journal.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "sync/vocabulary/assertion.hpp"

namespace cambist::plugin {

namespace {

constexpr std::uint32_t block_magic = 0x4b4c4243;  // "CBLK"

/// Stands before the ends of the block's events (u32 each) and the events. The checksum covers
/// everything behind itself.
struct BlockHead {
    std::uint64_t checksum = 0;
    std::uint32_t magic = block_magic;
    std::uint32_t count = 0;
    std::uint64_t generation = 0, epoch = 0, first_seq = 0;
    std::uint32_t event_bytes = 0, reserved = 0;

    std::size_t bytes() const { return sizeof(BlockHead) + 4 * std::size_t(count) + event_bytes; }
};
static_assert(sizeof(BlockHead) == 48);

std::uint64_t checksum_of(ByteView block) {
    return hash_of(block.subspan(sizeof(std::uint64_t)));
}

/// The block that begins at `offset`, when it is whole.
std::optional<BlockHead> whole_block(ByteView segment, std::size_t offset) {
    BlockHead head;
    if (segment.size() - offset < sizeof head)
        return std::nullopt;
    std::memcpy(&head, segment.data() + offset, sizeof head);
    if (head.magic != block_magic || head.count == 0 || head.count > max_events_a_batch ||
        head.event_bytes > Journal::most_block_bytes || head.bytes() > segment.size() - offset)
        return std::nullopt;
    if (checksum_of(segment.subspan(offset, head.bytes())) != head.checksum)
        return std::nullopt;
    return head;
}

std::string segment_path(const std::string& folder, std::uint32_t number) {
    std::string digits = std::to_string(number);
    return folder + "/journal." + std::string(4 - std::min<std::size_t>(4, digits.size()), '0') +
           digits;
}

}  // namespace

std::optional<Journal> Journal::open(const std::string& folder, std::uint32_t segments) {
    CAMBIST_ASSERT(segments >= 2);
    Journal journal;
    if (!make_folder(folder))
        return std::nullopt;
    for (std::uint32_t number = 0; number < segments; ++number) {
        auto file = File::open(segment_path(folder, number));
        if (!file || (file->size() < segment_bytes && !file->reserve(segment_bytes)))
            return std::nullopt;
        journal.segments_.push_back({std::move(*file), 0, 0});
    }
    return journal;
}

std::uint64_t Journal::recover(
    Position after, const std::function<void(Position, std::uint32_t, ByteView)>& visit) const {
    struct Found {
        std::size_t segment, offset;
        BlockHead head;
    };
    std::map<Position, Found> found;
    std::uint64_t highest = 0;
    Bytes bytes(segment_bytes);
    for (std::size_t number = 0; number < segments_.size(); ++number) {
        const auto got = segments_[number].file.read_at(0, bytes);
        const ByteView segment(bytes.data(), got.value_or(0));
        std::uint64_t generation = 0;
        for (std::size_t offset = 0; offset < segment.size();) {
            const auto head = whole_block(segment, offset);
            if (!head || (offset > 0 && head->generation != generation))
                break;
            generation = head->generation;
            highest = std::max(highest, head->epoch);
            if (Position{head->epoch, head->first_seq + head->count - 1} > after)
                found[{head->epoch, head->first_seq}] = {number, offset, *head};
            offset += head->bytes();
        }
    }
    Position next;
    for (const auto& [first, at] : found) {
        if (first.epoch == next.epoch && first.seq != next.seq)
            continue;
        Bytes events(at.head.event_bytes);
        const std::uint64_t begin = at.offset + sizeof at.head + 4 * std::uint64_t(at.head.count);
        if (segments_[at.segment].file.read_at(begin, events) != events.size())
            continue;
        visit(first, at.head.count, events);
        next = {first.epoch, first.seq + at.head.count};
    }
    return highest;
}

void Journal::begin_epoch(std::uint64_t epoch) {
    epoch_ = epoch;
    generation_ = epoch << 24;
    blocks_.clear();
    used_ = 0;
    for (Segment& segment : segments_)
        segment.live_blocks = 0;
    offset_ = segment_bytes;  // the first append takes a fresh segment
}

bool Journal::next_segment() {
    const auto next = static_cast<std::uint32_t>((current_ + 1) % segments_.size());
    if (segments_[next].live_blocks > 0)
        return false;
    current_ = next;
    offset_ = 0;
    segments_[next].generation = ++generation_;
    return true;
}

bool Journal::append(std::uint64_t first_seq, ByteView events,
                     const std::vector<std::uint32_t>& ends) {
    CAMBIST_ASSERT(!ends.empty() && ends.back() == events.size());
    CAMBIST_ASSERT(events.size() <= most_block_bytes);
    BlockHead head;
    head.count = static_cast<std::uint32_t>(ends.size());
    head.epoch = epoch_;
    head.first_seq = first_seq;
    head.event_bytes = static_cast<std::uint32_t>(events.size());
    if (offset_ + head.bytes() > segment_bytes && !next_segment())
        return false;
    head.generation = segments_[current_].generation;

    scratch_.resize(head.bytes());
    std::memcpy(scratch_.data() + sizeof head, ends.data(), 4 * ends.size());
    std::memcpy(scratch_.data() + sizeof head + 4 * ends.size(), events.data(), events.size());
    std::memcpy(scratch_.data(), &head, sizeof head);
    head.checksum = checksum_of(scratch_);
    std::memcpy(scratch_.data(), &head, sizeof head);
    if (!segments_[current_].file.write_at(offset_, scratch_))
        return false;
    blocks_.push_back({first_seq, ends, current_, offset_ + sizeof head + 4 * ends.size()});
    ++segments_[current_].live_blocks;
    offset_ += head.bytes();
    used_ += head.bytes();
    written_ += head.bytes();
    return true;
}

std::uint32_t Journal::read(std::uint64_t first, std::uint64_t last, std::size_t most_bytes,
                            Bytes& out) const {
    auto block = std::lower_bound(
        blocks_.begin(), blocks_.end(), first,
        [](const Block& each, std::uint64_t seq) { return each.last_seq() < seq; });
    std::uint32_t count = 0;
    for (; block != blocks_.end() && first <= last && block->first_seq <= first; ++block) {
        const std::size_t from = first - block->first_seq;
        const std::uint32_t begin = from == 0 ? 0 : block->ends[from - 1];
        const std::size_t until =
            std::min<std::uint64_t>(last - block->first_seq + 1, block->ends.size());
        const auto fits =
            std::upper_bound(block->ends.begin() + std::ptrdiff_t(from),
                             block->ends.begin() + std::ptrdiff_t(until), begin + most_bytes);
        const auto taken = static_cast<std::size_t>(fits - block->ends.begin()) - from;
        if (taken == 0)
            break;
        const std::uint32_t bytes = block->ends[from + taken - 1] - begin;
        const std::size_t had = out.size();
        out.resize(had + bytes);
        const auto got = segments_[block->segment].file.read_at(block->offset + begin,
                                                                std::span(out.data() + had, bytes));
        if (got != bytes) {
            out.resize(had);
            break;
        }
        most_bytes -= bytes;
        count += static_cast<std::uint32_t>(taken);
        first += taken;
        if (from + taken < block->ends.size())
            break;
    }
    return count;
}

void Journal::release(std::uint64_t seq) {
    while (!blocks_.empty() && blocks_.front().last_seq() <= seq) {
        const Block& block = blocks_.front();
        --segments_[block.segment].live_blocks;
        used_ -= sizeof(BlockHead) + 4 * block.ends.size() + block.ends.back();
        blocks_.pop_front();
    }
}

}  // namespace cambist::plugin
