#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "office/administration/grant.hpp"
#include "office/approvals/approved.hpp"
#include "office/pg/transaction.hpp"

/// Use cases of roles, as in office/README.md.
namespace cambist::office {

using boost::asio::awaitable;

/// Gives a role. Widens. Refused as review_new_grant says, needs_approval.
awaitable<Outcome<Grant>> give_role(pg::Transaction& tx, NewGrant grant, std::string reason,
                                    Instant now, Authority authority);
/// Takes it away at once; again changes nothing. Refused: unknown_grant, last_administrator.
awaitable<Outcome<Grant>> revoke_role(pg::Transaction& tx, OperationId id, std::string reason,
                                      Actor actor);

}  // namespace cambist::office
