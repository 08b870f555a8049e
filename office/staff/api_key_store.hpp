#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/staff/api_key.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office::api_keys {

using boost::asio::awaitable;

struct ListedKey {
    ApiKey key;
    Instant created_at;
    std::optional<Instant> revoked_at;
    ClientScope scope;
    std::string owner_username, created_by, revoked_by;
    std::optional<Instant> collect_until, collected_at, used_at;
};

awaitable<std::optional<ApiKey>> find(pg::Transaction& tx, std::string id);

/// A key that was shown, and whether it holds the permission for any client at all.
struct Entered {
    std::optional<ApiKey> key;
    bool holds_permission = false;
    bool use_due = false;  ///< its last use is written an hour ago or longer
};
/// Finds the key, ahead of what is asked next, and acts as its principal for the rest of the
/// transaction if the secret fits: what is asked by anybody else finds nothing.
void enter_ahead(pg::Transaction& tx, const KeyText& shown, std::string_view permission);
/// What was found, once the next exchange is over.
Entered entered(pg::Transaction& tx);
void note_use(pg::Transaction& tx, const std::string& id);
awaitable<std::vector<ListedKey>> list(pg::Transaction& tx);
awaitable<std::optional<ListedKey>> find_listed(pg::Transaction& tx, std::string id);
awaitable<void> insert(pg::Transaction& tx, ApiKey key);

/// A key whose text nobody has yet: its owner takes it within a time.
struct PendingKey {
    std::string id, name, created_by;
    OperationId owner;
    std::vector<std::string> permissions;
    ClientScope scope;
    Instant expires_at;
    std::chrono::seconds collectable{};
};
/// False when there is a key of that id.
awaitable<bool> insert_pending(pg::Transaction& tx, PendingKey key);
/// Which of the permissions the owner does not hold for all of the scope.
awaitable<std::vector<std::string>> not_held(pg::Transaction& tx, OperationId owner,
                                             std::vector<std::string> permissions,
                                             ClientScope scope);
/// False when it was taken, ended, or is not the owner's to take any more.
awaitable<bool> collect(pg::Transaction& tx, std::string id, OperationId owner, KeyHash hash);
/// False when there is no such key, or it is revoked already. `by` is an actor's name.
awaitable<bool> revoke(pg::Transaction& tx, std::string id, std::string by);

}  // namespace cambist::office::api_keys
