#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/trading/server.hpp"

namespace cambist::office::servers {

using boost::asio::awaitable;

awaitable<std::vector<TradingServer>> list(pg::Transaction& tx);
awaitable<std::optional<TradingServer>> find(pg::Transaction& tx, ServerId id);
/// The same together with what else the transaction asks; the answer is gathered.
void ask(pg::Transaction& tx, ServerId id);
std::optional<TradingServer> server_in(const pg::Result& answer);
awaitable<std::optional<TradingServer>> find_for_update(pg::Transaction& tx, ServerId id);
/// False when the id or the name is taken.
awaitable<bool> insert(pg::Transaction& tx, TradingServer server);
void set_mode(pg::Transaction& tx, ServerId id, ServerMode mode,
              const std::vector<std::string>& scope);
/// An empty reason lets money out again.
void set_money_out_stop(pg::Transaction& tx, ServerId id, const std::string& reason);
/// From now on every command is asked about before it is sent.
void ask_first(pg::Transaction& tx, ServerId id);
/// The era of its policies is at least this.
void raise_policy_era(pg::Transaction& tx, ServerId id, std::uint32_t era);

// ---- the lease of a server's streams ----

/// Takes the lease when it is free, has run out, or is the holder's own from an earlier life; the
/// new fencing epoch, which the stream's cursor carries from then on. Nothing: another bridge owns
/// it.
awaitable<std::optional<std::int64_t>> acquire_lease(pg::Transaction& tx, ServerId id,
                                                     std::string holder,
                                                     std::chrono::milliseconds duration);
/// False: somebody else has taken it; step down.
awaitable<bool> renew_lease(pg::Transaction& tx, ServerId id, std::int64_t bridge_epoch,
                            std::chrono::milliseconds duration);
/// Lets go at once, so that another bridge need not wait.
void release_lease(pg::Transaction& tx, ServerId id, std::int64_t bridge_epoch);
/// True while `bridge_epoch` is the newest lease; it stays so until this transaction ends.
awaitable<bool> holds_lease(pg::Transaction& tx, ServerId id, std::int64_t bridge_epoch);

}  // namespace cambist::office::servers
