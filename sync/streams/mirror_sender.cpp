#include "sync/streams/mirror_sender.hpp"

#include <algorithm>

#include "sync/vocabulary/assertion.hpp"
#include "sync/vocabulary/planted.hpp"

namespace cambist {

void MirrorSender::begin_epoch(std::uint64_t epoch) {
    CAMBIST_ASSERT(epoch > epoch_);
    epoch_ = epoch;
    highest_epoch_ = std::max(highest_epoch_, epoch);
    last_ = acknowledged_ = sent_ = welcomed_ = 0;
    snapshot_since_ = {INT64_MIN};
    on_disconnected();
}

std::uint64_t MirrorSender::epoch_after(std::uint64_t last_epoch, Instant now) {
    const std::int64_t milliseconds = now.ns / 1'000'000;
    return std::max(last_epoch + 1,
                    static_cast<std::uint64_t>(std::max<std::int64_t>(0, milliseconds)));
}

std::uint64_t MirrorSender::appended() {
    return ++last_;
}

bool MirrorSender::on_welcome(const Welcome& welcome, Instant now) {
    const bool repeated = connected_ && welcome.bridge_epoch == bridge_epoch_;
    if (!welcome.owner || welcome.bridge_epoch < bridge_epoch_ || repeated)
        return true;
    bridge_epoch_ = welcome.bridge_epoch;
    highest_epoch_ = std::max(highest_epoch_, welcome.cursor_epoch);
    if (welcome.cursor_epoch < epoch_)
        return true;
    if (welcome.cursor_epoch > epoch_ || welcome.cursor_seq > last_ ||
        welcome.cursor_seq < acknowledged_ || welcome.deals_since < snapshot_since_)
        return false;
    acknowledged_ = sent_ = welcomed_ = welcome.cursor_seq;
    credit_ = welcome.credit_events;
    last_progress_ = now;
    connected_ = true;
    return true;
}

void MirrorSender::on_acknowledged(const EventsAcknowledged& message, Instant now) {
    if (!connected_ || message.bridge_epoch != bridge_epoch_ || message.epoch != epoch_ ||
        message.seq > last_ || message.seq < acknowledged_)
        return;
    if (message.seq > acknowledged_)
        last_progress_ = now;
    acknowledged_ = message.seq;
    sent_ = std::max(sent_, acknowledged_);
    credit_ = message.credit_events;
}

bool MirrorSender::on_missing(const EventsMissing& message) {
    if (!connected_ || message.bridge_epoch != bridge_epoch_ || message.epoch != epoch_ ||
        message.from_seq > sent_)
        return true;
    if (message.from_seq <= welcomed_)
        return false;
    if (message.from_seq > acknowledged_)
        sent_ = message.from_seq - 1;
    return true;
}

void MirrorSender::on_disconnected() {
    connected_ = false;
    sent_ = acknowledged_;
    credit_ = 0;
}

std::optional<MirrorSender::Range> MirrorSender::next_batch(std::uint32_t most, Instant now) {
    if (!connected_ || last_ == acknowledged_ || most == 0)
        return std::nullopt;
    std::uint64_t credit = credit_;
    if (now - last_progress_ >= timing_.resend_after) {
        sent_ = CAMBIST_PLANTED(resend_skips_one) ? acknowledged_ + 1 : acknowledged_;
        last_progress_ = now;
        credit = std::max<std::uint64_t>(credit, 1);
    }
    const std::uint64_t end = std::min(last_, acknowledged_ + credit);
    if (sent_ >= end)
        return std::nullopt;
    if (sent_ == acknowledged_)
        last_progress_ = now;
    const Range range{sent_ + 1, std::min(end, sent_ + most)};
    sent_ = range.last;
    return range;
}

}  // namespace cambist
