#pragma once

#include <cstdint>
#include <optional>

#include "sync/messages/messages.hpp"

namespace cambist {

/// The plugin's end of the mirror stream: numbers events, decides which to send and when to start
/// over. Holds no event: the journal does; `next_batch` names the numbers to read from it.
class MirrorSender {
  public:
    /// The event numbers of one frame to send now.
    struct Range {
        std::uint64_t first = 0, last = 0;
    };
    struct Timing {
        std::chrono::nanoseconds resend_after = std::chrono::seconds(2);
    };

    MirrorSender() = default;
    explicit MirrorSender(Timing timing) : timing_(timing) {}

    /// Starts numbering afresh: a boot, or a resync. Epochs only rise; the caller says Hello again.
    void begin_epoch(std::uint64_t epoch);
    /// The epoch for a resync: above ours and above any that a Welcome has shown.
    std::uint64_t next_epoch(Instant now) const { return epoch_after(highest_epoch_, now); }
    /// At least the milliseconds since 1970: a plugin whose store was restored from a backup, and
    /// that forgot its last epochs, still never uses one twice.
    static std::uint64_t epoch_after(std::uint64_t last_epoch, Instant now);
    /// Numbers one event that is now in the journal.
    std::uint64_t appended();
    /// This epoch's snapshot tells deals modified from here on, as the Welcome asked.
    void snapshot_begun(Instant deals_since) { snapshot_since_ = deals_since; }

    /// From the owner. Ignored: a lower bridge epoch, a repeated Welcome, the answer to a Hello of
    /// an earlier epoch. False: the caller resyncs under next_epoch(), because the cursor cannot be
    /// served from the journal (ahead of us, or events are missing), or because the database lacks
    /// deals from before our snapshot: it was restored.
    bool on_welcome(const Welcome& welcome, Instant now);
    void on_acknowledged(const EventsAcknowledged& message, Instant now);
    /// False: asks for what the Welcome said was committed, so the database went back; the caller
    /// resyncs. A question that an acknowledgement has overtaken is ignored.
    bool on_missing(const EventsMissing& message);
    void on_disconnected();

    /// At most `most` events that may go out under the credit given; nothing when none may.
    /// After a silence of resend_after, unacknowledged events go out again, at least one of them
    /// even without credit, so that a lost acknowledgement cannot stop the stream.
    std::optional<Range> next_batch(std::uint32_t most, Instant now);

    std::uint64_t epoch() const { return epoch_; }
    std::uint64_t last_seq() const { return last_; }
    std::uint64_t acknowledged() const { return acknowledged_; }
    std::uint64_t first_kept() const { return acknowledged_ + 1; }
    bool connected() const { return connected_; }

  private:
    Timing timing_;
    std::uint64_t epoch_ = 0, last_ = 0, acknowledged_ = 0, sent_ = 0;
    std::uint64_t bridge_epoch_ = 0, welcomed_ = 0, highest_epoch_ = 0;
    std::uint32_t credit_ = 0;
    Instant last_progress_{}, snapshot_since_{INT64_MIN};
    bool connected_ = false;
};

}  // namespace cambist
