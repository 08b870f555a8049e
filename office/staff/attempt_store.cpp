#include "office/staff/attempt_store.hpp"

#include <string>
#include <vector>

namespace cambist::office::attempts {
namespace {

using pg::Query;

// Always in the order (kind, key), so that two transactions never wait for each other.
constexpr Query make_counters{
    "sign_in_counter_make",
    "insert into sign_in_counter (kind, key) "
    "select kind, key from unnest($1::text[], $2::bytea[]) as k(kind, key) order by kind, key "
    "on conflict do nothing"};
constexpr Query lock_counters{
    "sign_in_counter_lock",
    "select kind, failures, last_failed_at, free_at, throttled from sign_in_counter c "
    "where (kind, key) in (select * from unnest($1::text[], $2::bytea[])) "
    "order by c.kind, c.key for update"};
constexpr Query look_around{
    "sign_in_counter_around",
    "select (select count(*) from sign_in_spread where address_key = $1 "
    "          and failed_at > now() - make_interval(secs => $2)), "
    "  coalesce((select failures from sign_in_counter where kind = 'account' and key = $3 "
    "              and last_failed_at > now() - make_interval(secs => $2)), 0), "
    "  clock_timestamp()"};
constexpr Query write_counters{
    "sign_in_counter_write",
    "update sign_in_counter c set failures = w.failures, last_failed_at = w.last_failed_at, "
    "  free_at = w.free_at, throttled = w.throttled "
    "from unnest($1::text[], $2::bytea[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], "
    "            $6::bigint[]) as w(kind, key, failures, last_failed_at, free_at, throttled) "
    "where c.kind = w.kind and c.key = w.key"};
constexpr Query add_spread{
    "sign_in_spread_add",
    "insert into sign_in_spread (address_key, account_key) values ($1, $2) "
    "on conflict (address_key, account_key) do update set failed_at = now()"};
constexpr Query drop_spread{"sign_in_spread_drop",
                            "delete from sign_in_spread "
                            "where address_key = $1 and account_key = $2"};
constexpr Query drop_old_counters{
    "sign_in_counter_forget",
    "delete from sign_in_counter where (kind, key) in ("
    "  select kind, key from sign_in_counter where last_failed_at < now() - interval '1 day' "
    "     and free_at < now() limit 20 for update skip locked)"};
constexpr Query drop_old_spread{
    "sign_in_spread_forget",
    "delete from sign_in_spread where (address_key, account_key) in ("
    "  select address_key, account_key from sign_in_spread "
    "   where failed_at < now() - interval '1 day' limit 20 for update skip locked)"};

std::string_view own_kind(const Attempt& attempt) {
    return attempt.from_known_device ? "device" : "account";
}

std::vector<std::string_view> kinds_of(const Attempt& attempt) {
    return {own_kind(attempt), "address"};
}

std::vector<pg::Bytes> keys_of(const Attempt& attempt) {
    return {pg::Bytes(attempt.own), pg::Bytes(attempt.address)};
}

}  // namespace

awaitable<Counters> lock(pg::Transaction& tx, Attempt attempt, std::chrono::seconds spread_of) {
    const auto kinds = kinds_of(attempt);
    const auto keys = keys_of(attempt);
    tx.send(make_counters, kinds, keys);
    tx.send(lock_counters, kinds, keys);
    tx.send(look_around, pg::Bytes(attempt.address), std::int64_t{spread_of.count()},
            pg::Bytes(attempt.account));
    const auto results = co_await tx.gather();
    Counters counters;
    for (const pg::Row row : results[1]) {
        const bool of_address = row.get<std::string_view>(0) == "address";
        auto& counter = of_address ? counters.address : counters.own;
        counter = {row.get<std::int64_t>(1), row.get<Instant>(2), row.get<Instant>(3)};
        if (!of_address)
            counters.throttled = row.get<std::int64_t>(4);
    }
    const auto around = results[2].one();
    counters.spread = around.get<std::int64_t>(0);
    counters.account_failures = around.get<std::int64_t>(1);
    counters.now = around.get<Instant>(2);
    co_return counters;
}

void write(pg::Transaction& tx, const Attempt& attempt, const Counters& counters) {
    const std::vector<std::int64_t> failures{counters.own.failures, counters.address.failures};
    const std::vector<Instant> failed{counters.own.last_failed, counters.address.last_failed};
    const std::vector<Instant> free_at{counters.own.free_at, counters.address.free_at};
    const std::vector<std::int64_t> throttled{counters.throttled, 0};
    tx.send(write_counters, kinds_of(attempt), keys_of(attempt), failures, failed, free_at,
            throttled);
}

void note_spread(pg::Transaction& tx, const Attempt& attempt) {
    tx.send(add_spread, pg::Bytes(attempt.address), pg::Bytes(attempt.account));
}

void forget_spread(pg::Transaction& tx, const Attempt& attempt) {
    tx.send(drop_spread, pg::Bytes(attempt.address), pg::Bytes(attempt.account));
}

void forget_old(pg::Transaction& tx) {
    tx.send(drop_old_counters);
    tx.send(drop_old_spread);
}

}  // namespace cambist::office::attempts
