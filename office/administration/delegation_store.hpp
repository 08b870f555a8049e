#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/administration/delegation.hpp"
#include "office/pg/transaction.hpp"

/// Who decides in whose place: the only SQL about it.
namespace cambist::office::delegations {

using boost::asio::awaitable;

/// The latest first, ended ones too.
awaitable<std::vector<Delegation>> list(pg::Transaction& tx, int limit);
awaitable<std::optional<Delegation>> find_for_update(pg::Transaction& tx, OperationId id);
awaitable<void> insert(pg::Transaction& tx, NewDelegation delegation, OperationId from,
                       OperationId approval);
void end(pg::Transaction& tx, OperationId id, const std::string& by);
awaitable<bool> manages_staff(pg::Transaction& tx, OperationId principal);

}  // namespace cambist::office::delegations
