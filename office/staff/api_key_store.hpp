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
awaitable<std::vector<ListedKey>> list(pg::Transaction& tx);
awaitable<void> insert(pg::Transaction& tx, ApiKey key);
/// False when there is no such key, or it is revoked already.
awaitable<bool> revoke(pg::Transaction& tx, std::string id);

}  // namespace cambist::office::api_keys
