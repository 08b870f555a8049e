#pragma once

#include <boost/asio/awaitable.hpp>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/audit/actor.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/operation_id.hpp"

/// Who acts in a transaction, and under which permission: PostgreSQL shows and changes only rows of
/// clients in the scope for which the actor holds it (0015_staff.sql).
namespace cambist::office::access {

using boost::asio::awaitable;

/// Says so for the rest of the transaction; sent with its next statement.
void act(pg::Transaction& tx, const Actor& actor, std::string_view permission);
/// The same, and whether the actor holds the permission for any client at all.
awaitable<bool> enter(pg::Transaction& tx, Actor actor, std::string permission);

/// Whatever the acting permission is: does the actor hold that one without bounds?
awaitable<bool> holds_everywhere(pg::Transaction& tx, std::string permission);

/// What of a client decides whose scope it lies in.
struct ClientPlace {
    std::string legal_entity, region;
    std::optional<OperationId> manager, partner;

    friend auto operator<=>(const ClientPlace&, const ClientPlace&) = default;
};
/// Would such a client lie in the acting scope? One answer each, in order.
awaitable<std::vector<bool>> covers(pg::Transaction& tx, std::vector<ClientPlace> places);

}  // namespace cambist::office::access
