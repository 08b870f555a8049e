#pragma once

#include <boost/asio/awaitable.hpp>
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
};

awaitable<std::optional<ApiKey>> find(pg::Transaction& tx, std::string id);

/// A key that was shown, and whether it holds the permission for any client at all.
struct Entered {
    std::optional<ApiKey> key;
    bool holds_permission = false;
};
/// Finds the key and, in the same round trip, acts as its principal for the rest of the
/// transaction: give the transaction up when the secret does not fit.
awaitable<Entered> enter(pg::Transaction& tx, std::string id, std::string permission);
awaitable<std::vector<ListedKey>> list(pg::Transaction& tx);
awaitable<void> insert(pg::Transaction& tx, ApiKey key);
/// False when there is no such key, or it is revoked already. `by` is an actor's name.
awaitable<bool> revoke(pg::Transaction& tx, std::string id, std::string by);

}  // namespace cambist::office::api_keys
