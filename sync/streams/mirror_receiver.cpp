#include "sync/streams/mirror_receiver.hpp"

#include <algorithm>

#include "sync/vocabulary/assertion.hpp"
#include "sync/vocabulary/planted.hpp"

namespace cambist {

void MirrorReceiver::resume(std::uint64_t epoch, std::uint64_t seq) {
    epoch_ = epoch;
    cursor_ = seq;
    rewind();
}

bool MirrorReceiver::begins_new_epoch(const Hello& hello) const {
    return hello.epoch > epoch_;
}

MirrorReceiver::Verdict MirrorReceiver::on_batch(const EventBatch& batch) {
    if (batch.epoch != epoch_)
        return Ignore{};
    const std::uint64_t last = batch.first_seq + batch.events.size() - 1;
    if (last < expected_)
        return Duplicate{};
    if (batch.first_seq > expected_ && !CAMBIST_PLANTED(skip_gap)) {
        if (asked_ == expected_)
            return Ignore{};
        asked_ = expected_;
        return Gap{expected_};
    }
    const std::uint64_t from =
        CAMBIST_PLANTED(apply_duplicate) || CAMBIST_PLANTED(skip_gap) ? batch.first_seq : expected_;
    const Apply apply{from - batch.first_seq, from, last};
    expected_ = last + 1;
    if (CAMBIST_PLANTED(ack_before_commit))
        cursor_ = last;
    return apply;
}

void MirrorReceiver::committed(std::uint64_t seq) {
    CAMBIST_ASSERT(seq < expected_);
    cursor_ = std::max(cursor_, seq);
}

void MirrorReceiver::rewind() {
    expected_ = cursor_ + 1;
    asked_ = 0;
}

}  // namespace cambist
