#include "office/outbox/outbox_store.hpp"

namespace cambist::office::outbox {

namespace {

using pg::Query;

constexpr Query insert_event{"outbox_append",
                             "insert into outbox (topic, subject, payload, client_id) "
                             "values ($1, $2, $3, client_of($2))"};
constexpr Query insert_events{
    "outbox_append_all",
    "insert into outbox (topic, subject, payload, client_id) "
    "select topic, subject, payload::jsonb, coalesce(client, client_of(subject)) "
    "from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) "
    "as e(topic, subject, payload, client)"};
constexpr Query add_consumer{
    "outbox_consumer_add", "insert into outbox_consumer (name) values ($1) on conflict do nothing"};
constexpr Query lock_consumer{"outbox_consumer_lock",
                              "select xid, id from outbox_consumer where name = $1 for update"};
constexpr Query next_events{
    "outbox_next",
    "select xid, id, topic, subject, payload, at from outbox "
    "where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot()) "
    "order by xid, id limit $3"};
constexpr Query find_end{"outbox_end", "select pg_snapshot_xmin(pg_current_snapshot())::text"};
constexpr Query move_consumer{
    "outbox_consumer_move",
    "update outbox_consumer set xid = $2::text::xid8, id = $3 where name = $1"};

std::vector<OutboxEvent> read(const pg::Result& rows) {
    std::vector<OutboxEvent> events;
    for (const pg::Row row : rows)
        events.push_back({row.get<std::uint64_t>(0), row.get<std::int64_t>(1),
                          row.get<std::string>(2), row.get<std::string>(3), row.get<std::string>(4),
                          row.get<Instant>(5)});
    return events;
}

}  // namespace

void append(pg::Transaction& tx, std::string_view topic, std::string_view subject,
            std::string_view payload) {
    tx.send(insert_event, topic, subject, pg::Json{payload});
}

void append_all(pg::Transaction& tx, const std::vector<Told>& events) {
    if (events.empty())
        return;
    std::vector<std::string_view> topics, subjects, payloads;
    std::vector<OperationId> clients;
    for (const Told& event : events) {
        topics.push_back(event.topic);
        subjects.push_back(event.subject);
        payloads.push_back(event.payload);
        clients.push_back(event.client.value_or(OperationId{}));
    }
    tx.send(insert_events, topics, subjects, payloads, clients);
}

boost::asio::awaitable<std::vector<OutboxEvent>> follow(pg::Transaction& tx, Place after,
                                                        int limit) {
    co_return read(co_await tx.execute(next_events, std::to_string(after.xid), after.id, limit));
}

boost::asio::awaitable<Place> end(pg::Transaction& tx) {
    const auto xmin = co_await tx.execute(find_end);
    co_return Place{std::stoull(xmin.one().get<std::string>(0)) - 1, INT64_MAX};
}

boost::asio::awaitable<std::vector<OutboxEvent>> take(pg::Transaction& tx, std::string consumer,
                                                      int limit) {
    tx.send(add_consumer, consumer);
    const auto place = co_await tx.execute(lock_consumer, consumer);
    const auto events =
        read(co_await tx.execute(next_events, std::to_string(place.one().get<std::uint64_t>(0)),
                                 place.one().get<std::int64_t>(1), limit));
    if (!events.empty())
        tx.send(move_consumer, consumer, std::to_string(events.back().xid), events.back().id);
    co_return events;
}

}  // namespace cambist::office::outbox
