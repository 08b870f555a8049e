#include "office/staff/api_key_store.hpp"

#include <algorithm>

namespace cambist::office::api_keys {
namespace {

using pg::Query;

#define KEY_COLUMNS                                                                         \
    "select k.id, k.name, k.hash, k.principal_id, k.owner_id, o.person_id, k.permissions, " \
    "  k.expires_at, k.revoked_at is not null or coalesce(k.expires_at <= now(), false) "   \
    "    or coalesce(o.status <> 'active', false), k.created_at, k.revoked_at "
#define OF_KEYS "from api_key k left join staff o on o.id = k.owner_id "
constexpr Query get_key{"api_key_find", KEY_COLUMNS OF_KEYS "where k.id = $1"};
constexpr Query list_keys{"api_key_list", KEY_COLUMNS OF_KEYS "order by k.created_at, k.id"};
// As act_as does for people, without looking further than the key's own row.
constexpr Query enter_key{
    "api_key_enter", KEY_COLUMNS
    ", k.permissions @> array[$2], set_config('cambist.principal', k.principal_id::text, true), "
    "set_config('cambist.permission', $2, true), "
    "set_config('cambist.sees_all', case when k.permissions @> array[$2] "
    "  and k.legal_entities is null and k.regions is null and not k.own_clients "
    "  and k.partner_id is null then 'on' else 'off' end, true) " OF_KEYS "where k.id = $1"};
#undef KEY_COLUMNS
#undef OF_KEYS
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

}  // namespace

awaitable<std::optional<ApiKey>> find(pg::Transaction& tx, std::string id) {
    const auto rows = co_await tx.execute(get_key, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return key_of(*row);
}

awaitable<Entered> enter(pg::Transaction& tx, std::string id, std::string permission) {
    const auto rows = co_await tx.execute(enter_key, id, permission);
    const auto row = rows.first();
    if (!row)
        co_return Entered{};
    co_return Entered{key_of(*row), row->get<bool>(11)};
}

awaitable<std::vector<ListedKey>> list(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(list_keys);
    std::vector<ListedKey> keys;
    for (const pg::Row row : rows)
        keys.push_back({key_of(row), row.get<Instant>(9), row.get<std::optional<Instant>>(10)});
    co_return keys;
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
