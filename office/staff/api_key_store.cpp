#include "office/staff/api_key_store.hpp"

#include <algorithm>

namespace cambist::office::api_keys {
namespace {

using pg::Query;

#define KEY_COLUMNS                                                                 \
    "k.id, k.name, coalesce(k.hash, ''), k.principal_id, k.owner_id, o.person_id, " \
    "k.permissions, k.expires_at, k.hash is null or k.revoked_at is not null "      \
    "or coalesce(k.expires_at <= now(), false) or coalesce(o.status <> 'active', false)"
constexpr Query get_key{"api_key_find",
                        "select " KEY_COLUMNS
                        ", coalesce(k.used_at <= now() - interval '1 hour', true) "
                        "from api_key k left join staff o on o.id = k.owner_id where k.id = $1"};
#define LISTED_KEYS                                                                         \
    "select " KEY_COLUMNS                                                                   \
    ", k.created_at, k.revoked_at, coalesce(k.legal_entities, '{}'), "                      \
    "coalesce(k.regions, '{}'), k.own_clients, k.partner_id, coalesce(o.username, ''), "    \
    "k.created_by, coalesce(k.revoked_by, ''), k.collect_until, k.collected_at, k.used_at " \
    "from api_key k left join staff o on o.id = k.owner_id "
constexpr Query list_keys{"api_key_list", LISTED_KEYS "order by k.created_at, k.id"};
constexpr Query get_listed{"api_key_find_listed", LISTED_KEYS "where k.id = $1"};
#undef LISTED_KEYS
// An installation's key holds what its own row says; one that somebody owns what its owner still
// holds too, which act_as finds out. Nobody acts who shows another secret or a key that has ended.
#define KEY_HOLDS "(k.permissions @> array[$2] and $2 <> 'approval.decide')"
#define KEY_OPENS                                             \
    "(coalesce(k.hash = $3, false) and k.revoked_at is null " \
    "and coalesce(k.expires_at > now(), true) and coalesce(o.status = 'active', true))"
#define KEY_IS_UNBOUNDED                                                    \
    "k.legal_entities is null and k.regions is null and not k.own_clients " \
    "and k.partner_id is null"
constexpr Query enter_key{
    "api_key_enter",
    "select " KEY_COLUMNS
    ", coalesce(k.used_at <= now() - interval '1 hour', true), "
    "case when not " KEY_OPENS " then false when k.owner_id is null then " KEY_HOLDS
    " else act_as(k.principal_id, $2) end, "
    "case when k.owner_id is null and " KEY_OPENS
    " then "
    "  set_config('cambist.principal', k.principal_id::text, true) "
    "  || set_config('cambist.permission', $2, true) "
    "  || set_config('cambist.sees_all', case when " KEY_HOLDS " and " KEY_IS_UNBOUNDED
    "       then 'on' else 'off' end, true) "
    "  || set_config('cambist.persons_read', case when not k.permissions @> '{person.read}' "
    "       then 'none' when " KEY_IS_UNBOUNDED
    " then 'all' else '' end, true) end "
    "from api_key k left join staff o on o.id = k.owner_id where k.id = $1"};
#undef KEY_IS_UNBOUNDED
#undef KEY_OPENS
#undef KEY_HOLDS
#undef KEY_COLUMNS
constexpr Query mark_used{"api_key_note_use",
                          "update api_key set used_at = now() where id = "
                          "  (select id from api_key where id = $1 for no key update skip locked)"};
constexpr Query add_pending{
    "api_key_insert_pending",
    "insert into api_key (id, name, owner_id, permissions, legal_entities, regions, own_clients, "
    "  partner_id, expires_at, created_by, collect_until) "
    "values ($1, $2, $3, $4, nullif($5::text[], '{}'), nullif($6::text[], '{}'), $7, $8, $9, $10, "
    "  now() + make_interval(secs => $11)) on conflict (id) do nothing"};
constexpr Query find_not_held{
    "api_key_not_held",
    "select w.permission from unnest($2::text[]) as w(permission) where not exists ("
    "  select from role_grant g join role_permission p on p.role = g.role "
    "     and p.permission = w.permission "
    "   where g.staff_id = $1 and g.revoked_at is null "
    "     and (g.expires_at is null or g.expires_at > now()) "
    "     and scope_covers(g.legal_entities, g.regions, g.own_clients, g.partner_id, "
    "                      nullif($3::text[], '{}'), nullif($4::text[], '{}'), $5, $6))"};
constexpr Query take_key{"api_key_collect",
                         "update api_key set hash = $3, collected_at = now() "
                         "where id = $1 and owner_id = $2 and hash is null "
                         "  and revoked_at is null and collect_until > now()"};
constexpr Query add_key{"api_key_insert",
                        "insert into api_key (id, name, hash, principal_id, owner_id, "
                        "permissions, expires_at) values ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Query end_key{"api_key_revoke",
                        "update api_key set revoked_at = now(), revoked_by = $2 "
                        "where id = $1 and revoked_at is null"};

ApiKey key_of(const pg::Row& row) {
    ApiKey key;
    key.id = row.get<std::string>(0);
    key.name = row.get<std::string>(1);
    const auto hash = row.get<pg::Bytes>(2);
    std::ranges::copy_n(hash.begin(),
                        static_cast<std::ptrdiff_t>(std::min(hash.size(), key.hash.size())),
                        key.hash.begin());
    key.principal = row.get<OperationId>(3);
    key.owner = row.get<std::optional<OperationId>>(4);
    key.owner_person = row.get<std::optional<OperationId>>(5);
    key.permissions = row.get<std::vector<std::string>>(6);
    key.expires_at = row.get<std::optional<Instant>>(7);
    key.ended = row.get<bool>(8);
    return key;
}

ListedKey listed_of(const pg::Row& row) {
    ListedKey listed;
    listed.key = key_of(row);
    listed.created_at = row.get<Instant>(9);
    listed.revoked_at = row.get<std::optional<Instant>>(10);
    listed.scope.legal_entities = row.get<std::vector<std::string>>(11);
    listed.scope.regions = row.get<std::vector<std::string>>(12);
    listed.scope.own_clients = row.get<bool>(13);
    listed.scope.partner = row.get<std::optional<OperationId>>(14);
    listed.owner_username = row.get<std::string>(15);
    listed.created_by = row.get<std::string>(16);
    listed.revoked_by = row.get<std::string>(17);
    listed.collect_until = row.get<std::optional<Instant>>(18);
    listed.collected_at = row.get<std::optional<Instant>>(19);
    listed.used_at = row.get<std::optional<Instant>>(20);
    return listed;
}

}  // namespace

awaitable<std::optional<ApiKey>> find(pg::Transaction& tx, std::string id) {
    const auto rows = co_await tx.execute(get_key, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return key_of(*row);
}

void note_use(pg::Transaction& tx, const std::string& id) {
    tx.send(mark_used, id);
}

void enter_ahead(pg::Transaction& tx, const KeyText& shown, std::string_view permission) {
    const KeyHash hash = hash_of(shown);
    tx.send_ahead(enter_key, shown.id, permission, pg::Bytes(hash));
}

Entered entered(pg::Transaction& tx) {
    const auto results = tx.take_ahead();
    const auto row = results.back().first();
    if (!row)
        return {};
    Entered entered;
    entered.key = key_of(*row);
    entered.use_due = row->get<bool>(9);
    entered.holds_permission = row->get<bool>(10);
    return entered;
}

awaitable<std::vector<ListedKey>> list(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(list_keys);
    std::vector<ListedKey> keys;
    for (const pg::Row row : rows)
        keys.push_back(listed_of(row));
    co_return keys;
}

awaitable<std::optional<ListedKey>> find_listed(pg::Transaction& tx, std::string id) {
    const auto rows = co_await tx.execute(get_listed, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return listed_of(*row);
}

awaitable<bool> insert_pending(pg::Transaction& tx, PendingKey key) {
    const auto added = co_await tx.execute(
        add_pending, key.id, key.name, key.owner, key.permissions, key.scope.legal_entities,
        key.scope.regions, key.scope.own_clients, key.scope.partner.value_or(OperationId{}),
        key.expires_at, key.created_by, std::int64_t{key.collectable.count()});
    co_return added.affected() == 1;
}

awaitable<std::vector<std::string>> not_held(pg::Transaction& tx, OperationId owner,
                                             std::vector<std::string> permissions,
                                             ClientScope scope) {
    const auto rows =
        co_await tx.execute(find_not_held, owner, permissions, scope.legal_entities, scope.regions,
                            scope.own_clients, scope.partner.value_or(OperationId{}));
    std::vector<std::string> missing;
    for (const pg::Row row : rows)
        missing.push_back(row.get<std::string>(0));
    co_return missing;
}

awaitable<bool> collect(pg::Transaction& tx, std::string id, OperationId owner, KeyHash hash) {
    const auto taken = co_await tx.execute(take_key, id, owner, pg::Bytes(hash));
    co_return taken.affected() == 1;
}

awaitable<void> insert(pg::Transaction& tx, ApiKey key) {
    const pg::Bytes hash(key.hash);
    co_await tx.execute(add_key, key.id, key.name, hash, key.principal, key.owner, key.permissions,
                        key.expires_at);
}

awaitable<bool> revoke(pg::Transaction& tx, std::string id, std::string by) {
    const auto ended = co_await tx.execute(end_key, id, by);
    co_return ended.affected() == 1;
}

}  // namespace cambist::office::api_keys
