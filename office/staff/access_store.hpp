#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "office/audit/actor.hpp"
#include "office/pg/transaction.hpp"

/// Who acts in a transaction, and under which permission: PostgreSQL shows and changes only rows of
/// clients in the scope for which the actor holds it (0015_staff.sql).
namespace cambist::office::access {

using boost::asio::awaitable;

/// Says so for the rest of the transaction; sent with its next statement.
void act(pg::Transaction& tx, const Actor& actor, std::string_view permission);
/// The same, and whether the actor holds the permission for any client at all.
awaitable<bool> enter(pg::Transaction& tx, Actor actor, std::string permission);

}  // namespace cambist::office::access
