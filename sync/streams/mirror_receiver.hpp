#pragma once

#include <cstdint>
#include <variant>

#include "sync/messages/messages.hpp"

namespace cambist {

/// The bridge's end of the mirror stream: takes each event once, in order. `cursor` is what the
/// database has committed; `expected` runs ahead of it while batches wait for their commit.
class MirrorReceiver {
  public:
    /// Apply events[skip..] of the batch, then call committed().
    struct Apply {
        std::size_t skip = 0;
        std::uint64_t first_seq = 0, last_seq = 0;
    };
    struct Duplicate {};  ///< all of it is known: acknowledge the cursor again
    struct Gap {
        std::uint64_t from_seq;
    };  ///< ask again from here (at most once a gap)
    struct Ignore {};  ///< another epoch, or a gap already asked for
    using Verdict = std::variant<Apply, Duplicate, Gap, Ignore>;

    /// Where the database stands when the lease was taken.
    void resume(std::uint64_t epoch, std::uint64_t seq);
    /// What a plugin's Hello asks for: true when its epoch is above the cursor's: the cursor moves
    /// to (hello.epoch, 0) in the database first, then the caller resumes there. A lower epoch is a
    /// late Hello or a restored plugin: the Welcome shows ours, and such a plugin resyncs above it.
    bool begins_new_epoch(const Hello& hello) const;

    Verdict on_batch(const EventBatch& batch);
    void committed(std::uint64_t seq);
    /// The apply failed or the session ended: what was not committed is expected again.
    void rewind();

    std::uint64_t epoch() const { return epoch_; }
    std::uint64_t cursor() const { return cursor_; }
    std::uint64_t expected() const { return expected_; }

  private:
    std::uint64_t epoch_ = 0, cursor_ = 0, expected_ = 1, asked_ = 0;
};

}  // namespace cambist
