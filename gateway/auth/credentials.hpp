#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "office/audit/actor.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::gateway {

/// The actor behind a request's credential, who acts under that permission for the rest of the
/// transaction. Looked up now, so whatever was taken away is gone at once. Whatever is wrong with
/// the credential, the answer is the same 401; 403 `permission_missing` when the actor does not
/// hold the permission for any client. Throws DatabaseError.
boost::asio::awaitable<std::expected<office::Actor, Problem>> authenticate(
    office::pg::Transaction& tx, const Request& request, std::string_view permission);

}  // namespace cambist::gateway
