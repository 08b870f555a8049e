#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/staff/api_key.hpp"

namespace cambist::office::access {

using boost::asio::awaitable;

/// What somebody may do now, and for which clients.
struct HeldScope {
    std::string role;  ///< empty: a key's own permissions
    ClientScope clients;
    std::string on_behalf_of;  ///< by delegation: of whom; empty: their own
    std::vector<std::string> permissions;
};
awaitable<std::vector<HeldScope>> scopes_of(pg::Transaction& tx, OperationId principal);

}  // namespace cambist::office::access
