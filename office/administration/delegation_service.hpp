#pragma once

#include <boost/asio/awaitable.hpp>

#include "office/administration/delegation.hpp"
#include "office/approvals/approved.hpp"
#include "office/pg/transaction.hpp"

/// Use cases of delegations, as in office/README.md.
namespace cambist::office {

using boost::asio::awaitable;

/// Whoever asks is stood in for. Widens. Refused as review_new_delegation says, needs_approval.
awaitable<Outcome<Delegation>> delegate(pg::Transaction& tx, NewDelegation delegation, Instant now,
                                        Authority authority);
/// At once; again changes nothing. Refused: unknown_delegation, not_yours.
awaitable<Outcome<Delegation>> end_delegation(pg::Transaction& tx, OperationId id,
                                              std::string reason, Actor actor);

}  // namespace cambist::office
