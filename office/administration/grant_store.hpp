#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/administration/grant.hpp"
#include "office/pg/transaction.hpp"

/// Roles and who holds them: the only SQL that gives and takes them away.
namespace cambist::office::grants {

using boost::asio::awaitable;

awaitable<std::vector<Role>> roles(pg::Transaction& tx);
/// Of one member of staff, ended ones too, the newest first.
awaitable<std::vector<Grant>> of_staff(pg::Transaction& tx, OperationId staff);
awaitable<std::optional<Grant>> find_for_update(pg::Transaction& tx, OperationId id);

/// The facts about a grant that the rows of grants and roles tell; two of one person at once wait
/// for each other.
awaitable<NewGrantFacts> facts(pg::Transaction& tx, NewGrant grant, std::string asked_by);
/// Roles of the one that the same person may not hold beside those of the other.
awaitable<std::vector<std::string>> conflicts_between(pg::Transaction& tx, OperationId one,
                                                      OperationId other);
awaitable<bool> runs_staff(pg::Transaction& tx, std::string role);

awaitable<void> insert(pg::Transaction& tx, NewGrant grant, std::string by, OperationId approval);
void revoke(pg::Transaction& tx, OperationId id, const std::string& by);

}  // namespace cambist::office::grants
