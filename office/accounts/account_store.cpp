#include "office/accounts/account_store.hpp"

#include <algorithm>

#include "office/accounts/account_columns_store.hpp"
#include "office/accounts/name_table.hpp"
#include "office/configuration/configuration_store.hpp"

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
constexpr Query account_facts{
    "account_facts",
    "select f.* from unnest($1::int[], $2::bigint[]) as w(server_id, login) "
    "join account_facts f using (server_id, login) order by server_id, login"};
constexpr Query account_facts_of_client{
    "account_facts_of_client",
    "select * from account_facts where client_id = $1 order by server_id, login"};
constexpr Query policy_facts_of_keys{"account_policy_facts",
                                     "select " POLICY_FACTS
                                     "from unnest($1::int[], $2::bigint[]) as w(server_id, login) "
                                     "join account_facts using (server_id, login) "
                                     "order by server_id, login"};
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

std::vector<AccountKey> keys_of(const pg::Result& rows) {
    std::vector<AccountKey> keys;
    for (const pg::Row row : rows)
        keys.push_back(key_of(row));
    return keys;
}

AccountFacts facts_of(const pg::Row& row, const RightsMatrices& matrices) {
    AccountFacts facts = policy_facts_of(row, matrices);
    facts.enforced_version = row.get<std::int64_t>(policy_columns);
    facts.balance = row.get<std::int64_t>(policy_columns + 1);
    facts.credit = row.get<std::int64_t>(policy_columns + 2);
    facts.leverage_x100 = row.get<std::int64_t>(policy_columns + 3);
    facts.group = row.get<std::string>(policy_columns + 4);
    facts.currency = row.get<std::string>(policy_columns + 5);
    facts.mirrored = row.get<bool>(policy_columns + 6);
    facts.money_out_stopped = row.get<bool>(policy_columns + 7);
    facts.money_pending = row.get<bool>(policy_columns + 8);
    return facts;
}

using ReadFacts = AccountFacts (*)(const pg::Row& row, const RightsMatrices& matrices);

/// Runs the query of facts beside that of what is in force.
awaitable<std::vector<AccountFacts>> read_facts(pg::Transaction& tx, const Query& query,
                                                pg::Parameters parameters, ReadFacts read) {
    configuration::ask(tx, "rights");
    tx.send_with(query, std::move(parameters));
    const auto answers = co_await tx.gather();
    const pg::Result& rows = answers.back();
    if (rows.empty())
        co_return std::vector<AccountFacts>{};
    const auto rights = configuration::version_in(answers[answers.size() - 2]);
    const auto matrices = RightsMatrices::read(rights.document);
    std::vector<AccountFacts> all;
    all.reserve(static_cast<std::size_t>(rows.size()));
    for (const pg::Row row : rows)
        all.push_back(read(row, matrices));
    co_return all;
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

awaitable<RightsMatrices> rights_in_force(pg::Transaction& tx) {
    configuration::ask(tx, "rights");
    const auto answers = co_await tx.gather();
    co_return RightsMatrices::read(configuration::version_in(answers.back()).document);
}

awaitable<std::vector<AccountKey>> lock(pg::Transaction& tx, std::vector<AccountKey> keys) {
    const auto rows = co_await tx.run(lock_accounts, columns_of(keys));
    co_return keys_of(rows);
}

awaitable<std::vector<AccountFacts>> facts(pg::Transaction& tx, std::vector<AccountKey> keys) {
    co_return co_await read_facts(tx, account_facts, columns_of(keys), facts_of);
}

awaitable<std::vector<AccountFacts>> locked_policy_facts(pg::Transaction& tx,
                                                         std::vector<AccountKey> keys) {
    tx.send_with(lock_accounts, columns_of(keys));
    co_return co_await read_facts(tx, policy_facts_of_keys, columns_of(keys), policy_facts_of);
}

awaitable<std::vector<AccountFacts>> locked_facts(pg::Transaction& tx,
                                                  std::vector<AccountKey> keys) {
    tx.send_with(lock_accounts, columns_of(keys));
    co_return co_await facts(tx, std::move(keys));
}

awaitable<std::vector<AccountFacts>> locked_facts_of_client(pg::Transaction& tx,
                                                            OperationId client) {
    tx.send(lock_client_accounts, client);
    co_return co_await read_facts(tx, account_facts_of_client, pg::Parameters::of(client),
                                  facts_of);
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
