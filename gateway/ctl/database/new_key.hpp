#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/pg/pool.hpp"
#include "office/pg/transaction.hpp"
#include "office/staff/api_key.hpp"

namespace cambist::ctl {

/// Makes a key with its audit row; the answer is the only copy of its text.
boost::asio::awaitable<office::KeyText> create_key(office::pg::Pool& pool, std::string name,
                                                   std::vector<std::string> permissions);

/// The audit row of what happened to a key.
void record_key(office::pg::Transaction& tx, const char* action, const std::string& id);

}  // namespace cambist::ctl
