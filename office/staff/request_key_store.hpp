#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "office/pg/transaction.hpp"
#include "office/staff/api_key.hpp"

/// Idempotency-Keys: the first answer to each, kept for ever or for 72 hours. The answer is stored
/// in the transaction of the effect, so there is never one without the other.
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
    std::string etag, location;  ///< the headers of that name; empty when it had none
};

struct Claim {
    std::optional<KeptAnswer> answer;  ///< answered before
    bool ours = false;                 ///< false without an answer: somebody is working on it
};

/// Claims the key until the transaction ends.
awaitable<Claim> claim(pg::Transaction& tx, KeyedRequest request);
/// Adds the answer to a claimed key; sent with the transaction's next statement or commit. Route
/// and hash are the request's.
void keep(pg::Transaction& tx, const KeyedRequest& request, const KeptAnswer& answer,
          bool for_ever);
/// Deletes at most so many answers that were to be kept until now; gives how many.
awaitable<int> forget_ended(pg::Transaction& tx, int most);

}  // namespace cambist::office::request_keys
