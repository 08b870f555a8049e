#include "office/trading/mirror_account_store.hpp"

#include <unordered_map>

#include "office/trading/mirror_columns.hpp"
#include "sync/messages/codec.hpp"
#include "sync/vocabulary/pattern.hpp"

namespace cambist::office::mirror {

namespace {

using pg::Query;
using Accounts = std::span<const Told<UserRecord>>;

constexpr Query update_usual{
    "mirror_usual_accounts",
    "update account a set server_version = n.version, balance = n.balance, credit = n.credit, "
    "  row_hash = n.hash, deals_total = a.deals_total + n.deals "
    "from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], "
    "    $7::bigint[], $8::bigint[]) "
    "  as n(login, version, balance, credit, hash, deals, terms_hash) "
    "where a.server_id = $1 and a.login = n.login and a.terms_hash = n.terms_hash "
    "  and a.server_version < n.version returning a.login"};
constexpr Query lock_others{
    "mirror_lock_accounts",
    "select a.login, a.server_version, a.group_name, a.leverage_x100, a.leverage_cap_x100, "
    "  a.in_scope and a.server_version > 0 and a.accepted_version > 0, "
    "  coalesce((select c.payload->>'group' from command c where c.server_id = a.server_id "
    "    and c.login = a.login and c.kind = 'group' and c.status not in ('queued', 'refused', "
    "    'failed') order by c.requested_at desc limit 1), '') "
    "from account a where a.server_id = $1 and a.login = any($2) order by a.login for update of a"};
constexpr Query upsert_others{
    "mirror_upsert_accounts",
    "insert into account as a (server_id, login, server_version, balance, credit, currency, "
    "  currency_digits, native_rights, agent, registered_ns, margin_mode, row_hash, deals_total, "
    "  deleted, group_name, group_id, leverage_x100, op_id, kind, in_scope, terms_hash) "
    "select $1, n.login, n.version, n.balance, n.credit, n.currency, n.digits, n.rights, n.agent, "
    "  n.registered, n.margin_mode, n.hash, n.deals, n.gone <> 0, n.group_name, n.group_id, "
    "  n.leverage, n.op_id, case when n.demo <> 0 then 'demo' else 'live' end, n.in_scope <> 0, "
    "  n.terms_hash "
    "from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], "
    "    $7::bigint[], $8::bigint[], $9::text[], $10::smallint[], $11::bigint[], $12::bigint[], "
    "    $13::bigint[], $14::smallint[], $15::smallint[], $16::text[], $17::bigint[], "
    "    $18::bigint[], $19::uuid[], $20::smallint[], $21::smallint[]) "
    "  as n(login, version, balance, credit, hash, deals, terms_hash, currency, digits, rights, "
    "    agent, registered, margin_mode, gone, group_name, group_id, leverage, op_id, demo, "
    "    in_scope) "
    "on conflict (server_id, login) do update set server_version = excluded.server_version, "
    "  balance = excluded.balance, credit = excluded.credit, currency = excluded.currency, "
    "  currency_digits = excluded.currency_digits, native_rights = excluded.native_rights, "
    "  agent = excluded.agent, registered_ns = excluded.registered_ns, "
    "  margin_mode = excluded.margin_mode, row_hash = excluded.row_hash, "
    "  deals_total = a.deals_total + excluded.deals_total, deleted = excluded.deleted, "
    "  group_name = excluded.group_name, group_id = excluded.group_id, "
    "  leverage_x100 = excluded.leverage_x100, op_id = excluded.op_id, "
    "  in_scope = excluded.in_scope, terms_hash = excluded.terms_hash, "
    "  kind = case when a.client_id is null then excluded.kind else a.kind end"};
constexpr Query add_totals{"mirror_add_totals",
                           "insert into account as a (server_id, login, deals_total) "
                           "select $1, * from unnest($2::bigint[], $3::bigint[]) "
                           "on conflict (server_id, login) do update set "
                           "deals_total = a.deals_total + excluded.deals_total"};
constexpr Query group_names{
    "mirror_group_names",
    "select distinct group_name from account where server_id = $1 and server_version > 0"};
constexpr Query set_scope{"mirror_set_scope",
                          "update account set in_scope = (group_name = any($2)) "
                          "where server_id = $1 and in_scope <> (group_name = any($2))"};

std::int64_t total_of(const DealTotals& totals, Login login) {
    const auto found = totals.find(login);
    return found == totals.end() ? 0 : found->second;
}

/// Hash of an account's terms: all but its version and its money.
std::uint64_t terms_hash(const UserRecord& record) {
    UserRecord terms = record;
    terms.version = 0;
    terms.balance = terms.credit = 0;
    Bytes bytes;
    return encode_event(Event{terms, {}, 0, 0}, bytes);
}

using Row = Told<UserRecord>;

template <class Member>
std::vector<std::int64_t> numbers(Accounts rows, Member member) {
    return column<std::int64_t>(rows, [member](const Row& row) { return row.record->*member; });
}
template <class Member>
std::vector<std::int16_t> small(Accounts rows, Member member) {
    return column<std::int16_t>(rows, [member](const Row& row) { return row.record->*member; });
}
template <class Member>
std::vector<std::string_view> texts(Accounts rows, Member member) {
    return column<std::string_view>(
        rows, [member](const Row& row) { return (row.record->*member).view(); });
}

/// $1 .. $8 of both statements that write records.
pg::Parameters usual_columns(ServerId server, Accounts rows, const DealTotals& totals) {
    pg::Parameters parameters;
    parameters.add(server)
        .add(column<std::uint64_t>(rows, [](const Row& row) { return row.record->login.value; }))
        .add(numbers(rows, &UserRecord::version))
        .add(numbers(rows, &UserRecord::balance))
        .add(numbers(rows, &UserRecord::credit))
        .add(column<std::uint64_t>(rows, [](const Row& row) { return row.hash; }))
        .add(column<std::int64_t>(
            rows, [&](const Row& row) { return total_of(totals, row.record->login); }))
        .add(column<std::uint64_t>(rows, [](const Row& row) { return terms_hash(*row.record); }));
    return parameters;
}

/// $9 .. $18: the terms.
void add_terms(pg::Parameters& parameters, Accounts rows) {
    parameters.add(texts(rows, &UserRecord::currency))
        .add(small(rows, &UserRecord::currency_digits))
        .add(numbers(rows, &UserRecord::rights))
        .add(numbers(rows, &UserRecord::agent))
        .add(column<std::int64_t>(rows, [](const Row& row) { return row.record->registered.ns; }))
        .add(small(rows, &UserRecord::margin_mode))
        .add(small(rows, &UserRecord::gone))
        .add(texts(rows, &UserRecord::group))
        .add(column<std::int64_t>(rows, [](const Row& row) { return row.record->group_id.value; }))
        .add(numbers(rows, &UserRecord::leverage_x100));
}

/// What the office has of the logins, by login; their rows are locked.
struct Before {
    std::uint64_t version = 0;
    AccountBefore account;
};
using BeforeByLogin = std::unordered_map<Login, Before>;

awaitable<BeforeByLogin> lock_known(pg::Transaction& tx, ServerId server, Accounts accounts) {
    const auto logins = column<std::uint64_t>(
        accounts, [](const Told<UserRecord>& row) { return row.record->login.value; });
    const auto rows = co_await tx.execute(lock_others, server, logins);
    BeforeByLogin before;
    for (const pg::Row row : rows)
        before[row.get<Login>(0)] = {row.get<std::uint64_t>(1),
                                     {.known = row.get<bool>(5),
                                      .group = row.get<std::string>(2),
                                      .leverage_x100 = row.get<std::uint32_t>(3),
                                      .leverage_cap_x100 = row.get<std::int64_t>(4),
                                      .group_ordered = row.get<std::string>(6)}};
    co_return before;
}

void judge(const AccountBefore& before, const UserRecord& now, std::vector<Drift>& drifts) {
    if (auto drift = judge_group(before, now))
        drifts.push_back(std::move(*drift));
    if (auto drift = judge_leverage(before, now))
        drifts.push_back(std::move(*drift));
}

void send_records(pg::Transaction& tx, ServerId server, std::span<const std::string> scope,
                  Accounts rows, const DealTotals& totals) {
    auto parameters = usual_columns(server, rows, totals);
    add_terms(parameters, rows);
    parameters.add(column<OperationId>(rows, [](const Row& row) { return row.record->created_by; }))
        .add(column<std::int16_t>(rows, [](const Row& row) { return row.record->is_demo; }))
        .add(column<std::int16_t>(
            rows, [&](const Row& row) { return in_scope(scope, row.record->group.view()); }));
    tx.send_with(upsert_others, std::move(parameters));
}

void send_totals(pg::Transaction& tx, ServerId server, const DealTotals& totals) {
    std::vector<std::uint64_t> logins;
    std::vector<std::int64_t> sums;
    for (const auto& [login, sum] : totals) {
        logins.push_back(login.value);
        sums.push_back(sum);
    }
    tx.send(add_totals, server, logins, sums);
}

}  // namespace

void send_usual_accounts(pg::Transaction& tx, ServerId server, Accounts accounts,
                         const DealTotals& totals) {
    tx.send_with(update_usual, usual_columns(server, accounts, totals));
}

awaitable<std::vector<Drift>> judge_passing_accounts(pg::Transaction& tx, ServerId server,
                                                     Accounts accounts) {
    std::vector<Drift> drifts;
    const auto known = co_await lock_known(tx, server, accounts);
    for (const Told<UserRecord>& row : accounts) {
        const auto before = known.find(row.record->login);
        if (before != known.end() && before->second.version < row.record->version)
            judge(before->second.account, *row.record, drifts);
    }
    co_return drifts;
}

awaitable<std::vector<Drift>> write_other_accounts(pg::Transaction& tx, ServerId server,
                                                   std::span<const std::string> scope,
                                                   std::vector<Told<UserRecord>> accounts,
                                                   DealTotals totals) {
    std::vector<Drift> drifts;
    std::vector<Told<UserRecord>> newer;
    BeforeByLogin known;
    if (!accounts.empty())
        known = co_await lock_known(tx, server, accounts);
    for (const Told<UserRecord>& row : accounts) {
        const auto before = known.find(row.record->login);
        if (before != known.end() && before->second.version >= row.record->version)
            continue;
        newer.push_back(row);
        if (before != known.end())
            judge(before->second.account, *row.record, drifts);
    }
    if (!newer.empty())
        send_records(tx, server, scope, newer, totals);
    for (const Told<UserRecord>& row : newer)
        totals.erase(row.record->login);
    if (!totals.empty())
        send_totals(tx, server, totals);
    co_return drifts;
}

awaitable<void> rescope(pg::Transaction& tx, ServerId server, std::vector<std::string> scope) {
    const auto rows = co_await tx.execute(group_names, server);
    std::vector<std::string> judged;
    for (const pg::Row row : rows) {
        auto name = row.get<std::string>(0);
        if (in_scope(scope, name))
            judged.push_back(std::move(name));
    }
    tx.send(set_scope, server, judged);
}

}  // namespace cambist::office::mirror
