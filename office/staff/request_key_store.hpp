#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "office/pg/transaction.hpp"
#include "office/staff/api_key.hpp"

/// Idempotency-Keys: the first answer to each, kept for ever. The answer is stored in the
/// transaction of the effect, so there is never one without the other.
namespace cambist::office::request_keys {

using boost::asio::awaitable;

/// A request as its key binds it; the hash covers method, path and body.
struct KeyedRequest {
    std::string actor, key, route;
    KeyHash hash{};
};

struct KeptAnswer {
    std::string route;
    KeyHash hash{};
    int status = 0;
    std::string body;
};

struct Claim {
    std::optional<KeptAnswer> answer;  ///< answered before
    bool ours = false;                 ///< false without an answer: somebody is working on it
};

/// Claims the key until the transaction ends.
awaitable<Claim> claim(pg::Transaction& tx, KeyedRequest request);
/// Adds the answer to a claimed key; sent with the transaction's next statement or commit.
void keep(pg::Transaction& tx, const KeyedRequest& request, int status, const std::string& body);

}  // namespace cambist::office::request_keys
