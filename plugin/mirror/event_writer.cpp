#include "plugin/mirror/event_writer.hpp"

namespace cambist::plugin {

namespace {

constexpr std::size_t events_a_block = 512;
constexpr std::size_t flush_bytes = Journal::most_block_bytes / 2;

#ifdef CAMBIST_BUG_one_cent_off
DealRecord one_cent_off(DealRecord deal) {
    if (deal.ticket.value % 500 == 0)
        ++deal.profit;
    return deal;
}
#endif

}  // namespace

EventWriter::EventWriter(Journal& journal, MirrorSender& sender, std::uint32_t accounts)
    : journal_(journal), sender_(sender), capacity_(accounts), rows_(accounts) {
    buffer_.reserve(Journal::most_block_bytes);
    ends_.reserve(events_a_block);
}

void EventWriter::begin_epoch(std::uint64_t epoch) {
    buffer_.clear();
    ends_.clear();
    journal_.begin_epoch(epoch);
    sender_.begin_epoch(epoch);
    rows_.clear();
    window_.begin(1);
    broken_ = false;
}

std::uint64_t EventWriter::append(const Event& event) {
    const std::uint64_t hash = encode_event(event, buffer_);
    ends_.push_back(static_cast<std::uint32_t>(buffer_.size()));
    if (ends_.size() == events_a_block || buffer_.size() >= flush_bytes)
        flush();
    return hash;
}

void EventWriter::write(Fact fact, OperationId cause, std::uint64_t actor) {
    append(Event{std::move(fact), cause, actor, 0});
}

void EventWriter::write_user(const UserRecord& user, OperationId cause, std::uint64_t actor) {
    const std::size_t before = buffer_.size();
    const std::uint64_t hash = encode_event(Event{user, cause, actor, 0}, buffer_);
    if (rows_.find(user.login) == hash) {
        buffer_.resize(before);
        return;
    }
    if (!rows_.set(user.login, hash)) {
        // More accounts than were expected: everything is told again into a larger table.
        capacity_ *= 2;
        rows_ = AccountRows(capacity_);
        broken_ = true;
    }
    ends_.push_back(static_cast<std::uint32_t>(buffer_.size()));
    if (ends_.size() == events_a_block || buffer_.size() >= flush_bytes)
        flush();
}

void EventWriter::write_deal(const DealRecord& deal, OperationId cause, std::uint64_t actor) {
#ifdef CAMBIST_BUG_drop_one_event_in_10000
    if (deal.ticket.value % 10'000 == 77)
        return;
#endif
#ifdef CAMBIST_BUG_one_cent_off
    const std::uint64_t hash = append(Event{one_cent_off(deal), cause, actor, 0});
#else
    const std::uint64_t hash = append(Event{deal, cause, actor, 0});
#endif
    if (window_.add(deal.ticket, hash))
        close_deal_window();
#ifdef CAMBIST_BUG_double_a_deal
    if (deal.ticket.value % 500 == 0 && deal.ticket.value < 1ull << 40) {
        DealRecord again = deal;
        again.ticket.value += 1ull << 40;
        write_deal(again, cause, actor);
    }
#endif
}

void EventWriter::close_deal_window() {
    if (window_.empty())
        return;
    append(Event{window_.close(next_seq() + 1), {}, 0, 0});
}

void EventWriter::write_account_digest() {
    append(Event{rows_.digest(), {}, 0, 0});
}

void EventWriter::flush() {
    if (ends_.empty())
        return;
    if (!broken_ && journal_.append(sender_.last_seq() + 1, buffer_, ends_)) {
        for (std::size_t at = 0; at < ends_.size(); ++at)
            sender_.appended();
    } else {
        broken_ = true;
    }
    buffer_.clear();
    ends_.clear();
}

}  // namespace cambist::plugin
