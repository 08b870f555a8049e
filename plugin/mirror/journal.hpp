#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugin/platform.hpp"
#include "sync/messages/codec.hpp"

namespace cambist::plugin {

/// The retransmission buffer of the mirror stream: encoded events in preallocated segment files,
/// a block of events a write, each with its checksum. What was written survives the death of the
/// process. One thread.
class Journal {
  public:
    static constexpr std::uint64_t segment_bytes = 8u << 20;
    static constexpr std::size_t most_block_bytes = 1u << 20;

    /// Makes or reuses `segments` files in the folder; nothing when the disk refuses.
    static std::optional<Journal> open(const std::string& folder, std::uint32_t segments);

    /// A place in the stream.
    struct Position {
        std::uint64_t epoch = 0, seq = 0;
        friend auto operator<=>(const Position&, const Position&) = default;
    };
    /// What earlier processes left behind `after`: calls `visit` for each whole block that holds a
    /// later event, by epoch and number; an epoch ends at its first torn or missing block. Returns
    /// the highest epoch found, or 0. Call it before begin_epoch.
    std::uint64_t recover(Position after,
                          const std::function<void(Position first, std::uint32_t count,
                                                   ByteView events)>& visit) const;
    /// Forgets everything.
    void begin_epoch(std::uint64_t epoch);

    /// Appends one block of events, encoded back to back, the ends of each given; false when the
    /// journal or the disk is full: then nothing was added.
    bool append(std::uint64_t first_seq, ByteView events, const std::vector<std::uint32_t>& ends);
    /// Appends events from `first` on, to `last` at most and within `most_bytes`, to `out`; returns
    /// how many. 0 when they are not here or the disk does not answer.
    std::uint32_t read(std::uint64_t first, std::uint64_t last, std::size_t most_bytes,
                       Bytes& out) const;
    /// Events up to this number will not be read again.
    void release(std::uint64_t seq);

    std::uint64_t bytes_used() const { return used_; }
    /// Ever, by this process.
    std::uint64_t bytes_written() const { return written_; }
    std::uint64_t bytes_capacity() const { return segments_.size() * segment_bytes; }

  private:
    struct Segment {
        File file;
        std::uint64_t generation = 0;
        std::uint32_t live_blocks = 0;
    };
    struct Block {
        std::uint64_t first_seq = 0;
        std::vector<std::uint32_t> ends;
        std::uint32_t segment = 0;
        std::uint64_t offset = 0;
        std::uint64_t last_seq() const { return first_seq + ends.size() - 1; }
    };

    bool next_segment();

    std::vector<Segment> segments_;
    std::deque<Block> blocks_;
    std::uint64_t epoch_ = 0, generation_ = 0, offset_ = 0, used_ = 0, written_ = 0;
    std::uint32_t current_ = 0;
    Bytes scratch_;
};

}  // namespace cambist::plugin
