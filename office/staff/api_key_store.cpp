#include "office/staff/api_key_store.hpp"

#include <algorithm>

namespace cambist::office::api_keys {
namespace {

using pg::Query;

constexpr Query get_key{"api_key_find",
                        "select id, name, hash, scopes, narrow_only, revoked_at is not null, "
                        "created_at, revoked_at from api_key where id = $1"};
constexpr Query list_keys{"api_key_list",
                          "select id, name, hash, scopes, narrow_only, revoked_at is not null, "
                          "created_at, revoked_at from api_key order by created_at, id"};
constexpr Query add_key{"api_key_insert",
                        "insert into api_key (id, name, hash, scopes, narrow_only) "
                        "values ($1, $2, $3, $4, $5)"};
constexpr Query end_key{"api_key_revoke",
                        "update api_key set revoked_at = now() "
                        "where id = $1 and revoked_at is null"};

ApiKey key_of(const pg::Row& row) {
    ApiKey key;
    key.id = row.get<std::string>(0);
    key.name = row.get<std::string>(1);
    const auto hash = row.get<pg::Bytes>(2);
    std::ranges::copy_n(hash.begin(),
                        static_cast<std::ptrdiff_t>(std::min(hash.size(), key.hash.size())),
                        key.hash.begin());
    key.scopes = row.get<std::vector<std::string>>(3);
    key.narrow_only = row.get<bool>(4);
    key.revoked = row.get<bool>(5);
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

awaitable<std::vector<ListedKey>> list(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(list_keys);
    std::vector<ListedKey> keys;
    for (const pg::Row row : rows)
        keys.push_back({key_of(row), row.get<Instant>(6), row.get<std::optional<Instant>>(7)});
    co_return keys;
}

awaitable<void> insert(pg::Transaction& tx, ApiKey key) {
    const pg::Bytes hash(key.hash);
    co_await tx.execute(add_key, key.id, key.name, hash, key.scopes, key.narrow_only);
}

awaitable<bool> revoke(pg::Transaction& tx, std::string id) {
    const auto ended = co_await tx.execute(end_key, id);
    co_return ended.affected() == 1;
}

}  // namespace cambist::office::api_keys
