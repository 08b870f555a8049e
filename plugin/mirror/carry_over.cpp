#include "plugin/mirror/carry_over.hpp"

#include <type_traits>

namespace cambist::plugin {

namespace {

constexpr std::size_t bytes_a_read = 512u << 10;

enum class Keep : std::uint8_t { always, while_there_is_room, never };

Keep keep_of(const Fact& fact) {
    return std::visit(
        [](const auto& record) {
            using Record = std::decay_t<decltype(record)>;
            if constexpr (std::is_same_v<Record, RefusalRecord> ||
                          std::is_same_v<Record, MarginRecord> ||
                          std::is_same_v<Record, EndOfDayRecord> ||
                          std::is_same_v<Record, NoticeRecord>)
                return Keep::always;
            else if constexpr (std::is_same_v<Record, DealRecord> ||
                               std::is_same_v<Record, PositionRecord>)
                return Keep::while_there_is_room;
            else
                return Keep::never;
        },
        fact);
}

}  // namespace

void CarryOver::keep(Journal::Position first, std::uint32_t count, ByteView events,
                     std::uint64_t after) {
    Bytes frame;
    encode_batch(first.epoch, first.seq, count, events, frame);
    auto message = decode(frame);
    auto* batch = message ? std::get_if<EventBatch>(&*message) : nullptr;
    if (!batch)
        return;
    std::uint64_t seq = first.seq;
    for (Event& event : batch->events) {
        const Keep keep = keep_of(event.fact);
        if (seq++ <= after || keep == Keep::never)
            continue;
        const std::size_t most = most_bytes_ / sizeof(Event);
        if (events_.size() >= (keep == Keep::always ? most : most / 2))
            continue;
        if (seen_.insert(event.hash).second)
            events_.push_back(std::move(event));
    }
}

std::uint64_t CarryOver::collect_recovered(const Journal& journal, Journal::Position after) {
    return journal.recover(
        after, [&](Journal::Position first, std::uint32_t count, ByteView events) {
            keep(first, count, events, first.epoch == after.epoch ? after.seq : 0);
        });
}

void CarryOver::collect(const Journal& journal, std::uint64_t first, std::uint64_t last) {
    Bytes events;
    while (first <= last) {
        events.clear();
        const std::uint64_t end = std::min<std::uint64_t>(last, first + max_events_a_batch - 1);
        const std::uint32_t count = journal.read(first, end, bytes_a_read, events);
        if (count == 0)
            return;
        keep({0, first}, count, events, 0);
        first += count;
    }
}

void CarryOver::write(EventWriter& writer) {
    for (const Event& event : events_)
        writer.write(event.fact, event.cause, event.actor);
    if (!events_.empty())
        writer.skip_deal_window();
    writer.flush();
    events_.clear();
    seen_.clear();
}

}  // namespace cambist::plugin
