#include "office/accounts/recompute_store.hpp"

#include "office/accounts/account_columns_store.hpp"

namespace cambist::office::recompute {

namespace {

using pg::Query;

constexpr Query overtake{"recompute_overtake",
                         "update policy_recompute set ended_at = now(), outcome = 'overtaken' "
                         "where ended_at is null"};
constexpr Query add{"recompute_begin", "insert into policy_recompute (version) values ($1)"};
constexpr Query claim_running{
    "recompute_claim",
    "select version, server_id, login, seen, changed, settled_after is not null, "
    "  coalesce(settled_after <= pg_snapshot_xmin(pg_current_snapshot()), false) "
    "from policy_recompute where ended_at is null for update skip locked"};
constexpr Query set_settled{
    "recompute_settle",
    "update policy_recompute set settled_after = pg_snapshot_xmax(pg_current_snapshot()) "
    "where version = $1"};
constexpr Query set_place{"recompute_move",
                          "update policy_recompute set server_id = $2, login = $3, seen = $4, "
                          "changed = $5 where version = $1"};
constexpr Query end{"recompute_finish",
                    "update policy_recompute set ended_at = now(), outcome = 'finished' "
                    "where version = $1"};
constexpr Query ring_policy{"recompute_ring", "select pg_notify('cambist_policy', '')"};
constexpr Query get_progress{"recompute_progress",
                             "select outcome, seen, changed, begun_at, ended_at "
                             "from policy_recompute where version = $1"};
constexpr Query next_page{
    "recompute_page",
    "select " POLICY_FACTS
    "from account_facts "
    "where (server_id, login) > ($1, $2) and accepted_version > 0 "
    "  and ($4 = 1 or (hashint8extended(login, 0) & 9223372036854775807) % $4 = 0) "
    "order by server_id, login limit $3"};
constexpr Query count_accounts{"recompute_accounts",
                               "select count(*) from account where accepted_version > 0"};

}  // namespace

void begin(pg::Transaction& tx, std::int64_t version) {
    tx.send(overtake);
    tx.send(add, version);
}

awaitable<std::optional<Recompute>> claim(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(claim_running);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return Recompute{.version = row->get<std::int64_t>(0),
                        .last = {row->get<ServerId>(1), row->get<Login>(2)},
                        .seen = row->get<std::int64_t>(3),
                        .changed = row->get<std::int64_t>(4),
                        .asked_when = row->get<bool>(5),
                        .settled = row->get<bool>(6)};
}

void settle(pg::Transaction& tx, std::int64_t version) {
    tx.send(set_settled, version);
}

void move(pg::Transaction& tx, const Recompute& to) {
    tx.send(set_place, to.version, to.last.server, to.last.login, to.seen, to.changed);
}

void finish(pg::Transaction& tx, std::int64_t version) {
    tx.send(end, version);
}

void ring(pg::Transaction& tx) {
    tx.send(ring_policy);
}

awaitable<std::vector<AccountFacts>> page(pg::Transaction& tx, AccountKey last, int limit,
                                          std::int64_t one_in, RightsMatrices matrices) {
    const auto rows = co_await tx.execute(next_page, last.server, last.login, limit, one_in);
    std::vector<AccountFacts> all;
    all.reserve(static_cast<std::size_t>(rows.size()));
    for (const pg::Row row : rows)
        all.push_back(cambist::office::accounts::policy_facts_of(row, matrices));
    co_return all;
}

awaitable<std::optional<Progress>> progress(pg::Transaction& tx, std::int64_t version) {
    const auto rows = co_await tx.execute(get_progress, version);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return Progress{.state = row->get<std::string>(0),
                       .seen = row->get<std::int64_t>(1),
                       .changed = row->get<std::int64_t>(2),
                       .begun_at = row->get<Instant>(3),
                       .ended_at = row->get<std::optional<Instant>>(4)};
}

awaitable<std::int64_t> accounts(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(count_accounts);
    co_return rows.one().get<std::int64_t>(0);
}

}  // namespace cambist::office::recompute
