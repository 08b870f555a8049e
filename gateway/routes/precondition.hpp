#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "gateway/routes/table.hpp"

namespace cambist::gateway {

/// What keeps an edit from being done: If-Match names another ETag than the client or server has
/// now (412 `stale_version`), or there is nothing of a version to compare with. The row is locked
/// until the transaction ends, so it stays true. Other nouns look at If-Match themselves.
awaitable<std::optional<Problem>> unmet_precondition(Call& call, const Route& route);

}  // namespace cambist::gateway
