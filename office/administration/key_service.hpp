#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "office/administration/key.hpp"
#include "office/approvals/approved.hpp"
#include "office/pg/transaction.hpp"
#include "office/staff/api_key_store.hpp"

/// Use cases of API keys, as in office/README.md.
namespace cambist::office {

using boost::asio::awaitable;

/// Makes a key whose text its owner takes. Widens. Refused as review_new_key says, needs_approval.
awaitable<Outcome<api_keys::ListedKey>> make_key(pg::Transaction& tx, NewKey key,
                                                 std::string reason, Instant now,
                                                 Authority authority);
/// The key's text, which nobody can see again. Refused: unknown_key, not_collectable.
awaitable<Outcome<KeyText>> collect_key(pg::Transaction& tx, std::string id, Actor actor);
/// At once; again changes nothing. Refused: unknown_key.
awaitable<Outcome<api_keys::ListedKey>> revoke_key(pg::Transaction& tx, std::string id,
                                                   std::string reason, Actor actor);

}  // namespace cambist::office
