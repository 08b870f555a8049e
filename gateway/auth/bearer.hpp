#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>

#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "office/audit/actor.hpp"
#include "office/pg/pool.hpp"

namespace cambist::gateway {

/// The actor behind a request's API key, looked up now: a revoked key is refused at once. Whatever
/// is wrong with the key, the answer is the same 401. Throws DatabaseError.
boost::asio::awaitable<std::expected<office::Actor, Problem>> authenticate(office::pg::Pool& pool,
                                                                           const Request& request,
                                                                           bool release_allowed);

}  // namespace cambist::gateway
