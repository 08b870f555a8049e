#include "office/accounts/account_store.hpp"

#include <algorithm>

#include "office/accounts/reason_name.hpp"
#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::accounts {

namespace {

using pg::Query;

constexpr Query existing_servers{"account_servers",
                                 "select id from server where id = any($1::int[])"};
constexpr Query lock_client_accounts{
    "account_lock_of_client",
    "select server_id, login from account where client_id = $1 order by server_id, login "
    "for update"};
constexpr Query lock_accounts{
    "account_lock",
    "select a.server_id, a.login from unnest($1::int[], $2::bigint[]) as k(server_id, login) "
    "join account a using (server_id, login) order by a.server_id, a.login for update of a"};
// The server is not joined: the planner would find accounts through it, all of them for each.
#define ACCOUNT_FACTS                                                                        \
    "select a.server_id, a.login, a.client_id, a.kind, a.state, c.status, "                  \
    "  array(select r.cause from restriction_cause r "                                       \
    "        where r.client_id = a.client_id and r.lifted_at is null), "                     \
    "  coalesce(h.withdrawal, false), coalesce(h.trading, false), "                          \
    "  least(coalesce(h.reserved, 0), 9223372036854775807)::bigint, "                        \
    "  coalesce(k.leverage_cap_x100, 0), coalesce(c.leverage_cap_x100, 0), "                 \
    "  coalesce(a.own_leverage_cap_x100, 0), "                                               \
    "  a.rights, a.reason, a.leverage_cap_x100, a.reserved, a.accepted_version, "            \
    "  a.enforced_version, a.balance, a.credit, a.leverage_x100, a.group_name, a.currency, " \
    "  a.server_version > 0 and not a.deleted, "                                             \
    "  a.money_out_stopped or "                                                              \
    "    (select s.money_out_stopped from server s where s.id = a.server_id), "              \
    "  exists (select from command m where m.server_id = a.server_id and m.login = a.login " \
    "          and m.kind in ('balance', 'credit') "                                         \
    "          and m.status in ('queued', 'sent', 'unknown', 'in_doubt')) "
#define OF_THEIR_CLIENTS_AND_HOLDS                                             \
    "left join client c on c.id = a.client_id "                                \
    "left join classification_cap k on k.legal_entity = c.legal_entity "       \
    "  and k.classification = c.classification "                               \
    "left join lateral (select bool_or(kind = 'withdrawal') as withdrawal, "   \
    "    bool_or(kind = 'trading') as trading, sum(amount) as reserved "       \
    "  from hold where hold.server_id = a.server_id and hold.login = a.login " \
    "    and released_at is null) h on true "
constexpr Query account_facts{"account_facts", ACCOUNT_FACTS
                              "from unnest($1::int[], $2::bigint[]) as w(server_id, login) "
                              "join account a using (server_id, login) " OF_THEIR_CLIENTS_AND_HOLDS
                              "order by a.server_id, a.login"};
constexpr Query account_facts_of_client{"account_facts_of_client", ACCOUNT_FACTS
                                        "from account a " OF_THEIR_CLIENTS_AND_HOLDS
                                        "where a.client_id = $1 order by a.server_id, a.login"};
#undef ACCOUNT_FACTS
#undef OF_THEIR_CLIENTS_AND_HOLDS
constexpr Query accept_policies{
    "account_accept_policies",
    "with accepted as ("
    "  update account a set accepted_version = p.version, rights = p.rights, "
    "    reason = p.reason, leverage_cap_x100 = p.cap, reserved = p.reserved "
    "  from unnest($1::int[], $2::bigint[], $3::bigint[], $4::smallint[], $5::text[], "
    "    $6::bigint[], $7::bigint[]) as p(server_id, login, version, rights, reason, cap, "
    "reserved) "
    "  where a.server_id = p.server_id and a.login = p.login "
    "  returning a.server_id, a.login, a.accepted_version, a.rights, a.reason, "
    "    a.leverage_cap_x100, a.reserved) "
    "insert into policy_version (server_id, login, version, rights, reason, leverage_cap_x100, "
    "  reserved) select * from accepted"};
constexpr Query accept_again_as_they_are{
    "account_accept_again",
    "with accepted as ("
    "  update account a set accepted_version = a.accepted_version + 1 "
    "  from unnest($1::int[], $2::bigint[]) as p(server_id, login) "
    "  where a.server_id = p.server_id and a.login = p.login "
    "  returning a.server_id, a.login, a.accepted_version, a.rights, a.reason, "
    "    a.leverage_cap_x100, a.reserved) "
    "insert into policy_version (server_id, login, version, rights, reason, leverage_cap_x100, "
    "  reserved) select * from accepted"};
constexpr Query attach_account{
    "account_attach",
    "insert into account (server_id, login, client_id, kind) values ($1, $2, $3, $4) "
    "on conflict (server_id, login) do update set client_id = excluded.client_id, "
    "  kind = excluded.kind "
    "where coalesce(account.client_id, excluded.client_id) = excluded.client_id"};
constexpr Query attach_accounts{
    "account_attach_all",
    "insert into account (server_id, login, client_id, kind) select * from "
    "unnest($1::int[], $2::bigint[], $3::uuid[], $4::text[]) "
    "on conflict (server_id, login) do update set client_id = excluded.client_id, "
    "  kind = excluded.kind "
    "where coalesce(account.client_id, excluded.client_id) = excluded.client_id"};
constexpr Query update_state{"account_set_state",
                             "update account set state = $3 where server_id = $1 and login = $2"};
constexpr Query update_cap{"account_set_leverage_cap",
                           "update account set own_leverage_cap_x100 = nullif($3, 0) "
                           "where server_id = $1 and login = $2"};
constexpr Query add_hold{"hold_insert",
                         "insert into hold (id, server_id, login, kind, amount, reason, placed_by) "
                         "values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing"};
constexpr Query get_hold{"hold_find",
                         "select id, server_id, login, kind, amount, reason, "
                         "released_at is not null from hold where id = $1"};
constexpr Query end_hold{"hold_release",
                         "update hold set released_by = $2, released_at = now() "
                         "where id = $1 and released_at is null"};

struct KeyColumns {
    std::vector<std::int32_t> servers;
    std::vector<std::uint64_t> logins;

    void add(AccountKey key) {
        servers.push_back(static_cast<std::int32_t>(key.server.value));
        logins.push_back(key.login.value);
    }
};

pg::Parameters columns_of(const std::vector<AccountKey>& keys) {
    KeyColumns columns;
    for (const AccountKey key : keys)
        columns.add(key);
    return pg::Parameters::of(columns.servers, columns.logins);
}

AccountKey key_of(const pg::Row& row) {
    return {row.get<ServerId>(0), row.get<Login>(1)};
}

std::vector<AccountKey> keys_of(const pg::Result& rows) {
    std::vector<AccountKey> keys;
    for (const pg::Row row : rows)
        keys.push_back(key_of(row));
    return keys;
}

/// A name that the schema's CHECK admits and the program does not know is a programmer's error.
template <class Enum>
Enum known(std::optional<Enum> value) {
    CAMBIST_ASSERT(value.has_value());
    return *value;
}

PolicyFacts policy_facts_of(const pg::Row& row) {
    PolicyFacts facts;
    facts.kind = known(account_kind_of(row.get<std::string_view>(3)));
    facts.state = known(account_state_of(row.get<std::string_view>(4)));
    if (!row.is_null(5))
        facts.client = known(client_status_of(row.get<std::string_view>(5)));
    for (const std::string& cause : row.get<std::vector<std::string>>(6))
        facts.causes.impose(known(cause_of(cause)));
    facts.withdrawal_hold = row.get<bool>(7);
    facts.trading_hold = row.get<bool>(8);
    facts.reserved = row.get<std::int64_t>(9);
    facts.classification_cap_x100 = row.get<std::int64_t>(10);
    facts.client_cap_x100 = row.get<std::int64_t>(11);
    facts.account_cap_x100 = row.get<std::int64_t>(12);
    return facts;
}

AccountFacts facts_of(const pg::Row& row) {
    AccountFacts facts;
    facts.key = key_of(row);
    facts.client = row.get<std::optional<OperationId>>(2);
    facts.policy = policy_facts_of(row);
    facts.accepted = {.rights = {row.get<std::uint16_t>(13)},
                      .reason = reason_of(row.get<std::string_view>(14)),
                      .leverage_cap_x100 = row.get<std::int64_t>(15),
                      .reserved = row.get<std::int64_t>(16)};
    facts.accepted_version = row.get<std::int64_t>(17);
    facts.enforced_version = row.get<std::int64_t>(18);
    facts.balance = row.get<std::int64_t>(19);
    facts.credit = row.get<std::int64_t>(20);
    facts.leverage_x100 = row.get<std::int64_t>(21);
    facts.group = row.get<std::string>(22);
    facts.currency = row.get<std::string>(23);
    facts.mirrored = row.get<bool>(24);
    facts.money_out_stopped = row.get<bool>(25);
    facts.money_pending = row.get<bool>(26);
    return facts;
}

std::vector<AccountFacts> all_facts_of(const pg::Result& rows) {
    std::vector<AccountFacts> all;
    all.reserve(static_cast<std::size_t>(rows.size()));
    for (const pg::Row row : rows)
        all.push_back(facts_of(row));
    return all;
}

}  // namespace

awaitable<std::set<ServerId>> known_servers(pg::Transaction& tx, std::set<ServerId> servers) {
    std::vector<std::int32_t> ids;
    for (const ServerId server : servers)
        ids.push_back(static_cast<std::int32_t>(server.value));
    const auto rows = co_await tx.execute(existing_servers, ids);
    std::set<ServerId> known;
    for (const pg::Row row : rows)
        known.insert(row.get<ServerId>(0));
    co_return known;
}

awaitable<std::vector<AccountKey>> lock(pg::Transaction& tx, std::vector<AccountKey> keys) {
    const auto rows = co_await tx.run(lock_accounts, columns_of(keys));
    co_return keys_of(rows);
}

awaitable<std::vector<AccountFacts>> facts(pg::Transaction& tx, std::vector<AccountKey> keys) {
    const auto rows = co_await tx.run(account_facts, columns_of(keys));
    co_return all_facts_of(rows);
}

awaitable<std::vector<AccountFacts>> locked_facts(pg::Transaction& tx,
                                                  std::vector<AccountKey> keys) {
    tx.send_with(lock_accounts, columns_of(keys));
    co_return co_await facts(tx, std::move(keys));
}

awaitable<std::vector<AccountFacts>> locked_facts_of_client(pg::Transaction& tx,
                                                            OperationId client) {
    tx.send(lock_client_accounts, client);
    const auto rows = co_await tx.execute(account_facts_of_client, client);
    co_return all_facts_of(rows);
}

void accept(pg::Transaction& tx, const std::vector<AcceptedPolicy>& policies) {
    if (policies.empty())
        return;
    KeyColumns columns;
    std::vector<std::int16_t> rights;
    std::vector<std::string_view> reasons;
    std::vector<std::int64_t> versions, caps, reserved;
    for (const AcceptedPolicy& accepted : policies) {
        columns.add(accepted.key);
        versions.push_back(accepted.version);
        rights.push_back(static_cast<std::int16_t>(accepted.policy.rights.bits));
        reasons.push_back(name_of(accepted.policy.reason));
        caps.push_back(accepted.policy.leverage_cap_x100);
        reserved.push_back(accepted.policy.reserved);
    }
    tx.send(accept_policies, columns.servers, columns.logins, versions, rights, reasons, caps,
            reserved);
}

void accept_again(pg::Transaction& tx, const std::vector<AccountKey>& keys) {
    tx.send_with(accept_again_as_they_are, columns_of(keys));
}

void attach(pg::Transaction& tx, AccountKey key, OperationId client, AccountKind kind) {
    tx.send(attach_account, key.server, key.login, client, name_of(kind));
}

void attach_all(pg::Transaction& tx, const std::vector<Attachment>& attachments) {
    KeyColumns columns;
    std::vector<OperationId> clients;
    std::vector<std::string_view> kinds;
    for (const Attachment& attachment : attachments) {
        columns.add(attachment.key);
        clients.push_back(attachment.client);
        kinds.push_back(name_of(attachment.kind));
    }
    tx.send(attach_accounts, columns.servers, columns.logins, clients, kinds);
}

void set_state(pg::Transaction& tx, AccountKey key, AccountState state) {
    tx.send(update_state, key.server, key.login, name_of(state));
}

void set_leverage_cap(pg::Transaction& tx, AccountKey key, std::int64_t cap_x100) {
    tx.send(update_cap, key.server, key.login, cap_x100);
}

awaitable<bool> insert_hold(pg::Transaction& tx, Hold hold, std::string placed_by) {
    const auto inserted =
        co_await tx.execute(add_hold, hold.id, hold.account.server, hold.account.login,
                            name_of(hold.kind), hold.amount, hold.reason, placed_by);
    co_return inserted.affected() == 1;
}

awaitable<std::optional<Hold>> find_hold(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_hold, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return Hold{.id = id,
                   .account = {row->get<ServerId>(1), row->get<Login>(2)},
                   .kind = known(hold_kind_of(row->get<std::string_view>(3))),
                   .amount = row->get<std::int64_t>(4),
                   .reason = row->get<std::string>(5),
                   .released = row->get<bool>(6)};
}

void release_hold(pg::Transaction& tx, OperationId id, const std::string& released_by) {
    tx.send(end_hold, id, released_by);
}

}  // namespace cambist::office::accounts
