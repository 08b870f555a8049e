#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/approvals/approved.hpp"
#include "office/audit/actor.hpp"
#include "office/pg/transaction.hpp"
#include "office/trading/mode_preview.hpp"
#include "office/trading/server.hpp"

/// Use cases of trading servers; each runs in the caller's transaction and never commits it.
namespace cambist::office {

using boost::asio::awaitable;

/// Refused: scope_invalid, id_taken (the id or the name).
awaitable<Outcome<TradingServer>> register_server(pg::Transaction& tx, TradingServer server,
                                                  Actor actor);
/// Refused: unknown_server, scope_invalid, needs_approval.
awaitable<Outcome<TradingServer>> change_mode(pg::Transaction& tx, ServerId id, ServerMode mode,
                                              std::vector<std::string> scope, std::string reason,
                                              Authority authority);
/// Whose orders would be judged otherwise; nothing is done. Refused: unknown_server, scope_invalid.
awaitable<Outcome<ModePreview>> preview_mode_change(pg::Transaction& tx, ServerId id,
                                                    ServerMode mode,
                                                    std::vector<std::string> scope);
/// Anybody may stop. Refused: unknown_server, reason_required.
awaitable<Outcome<TradingServer>> stop_money_out(pg::Transaction& tx, ServerId id,
                                                 std::string reason, Actor actor);
/// Refused: unknown_server, reason_required, needs_approval.
awaitable<Outcome<TradingServer>> resume_money_out(pg::Transaction& tx, ServerId id,
                                                   std::string reason, Authority authority);
/// A plugin knows of more than the database: it was restored from an older copy. Money stops, what
/// has no answer is asked about, and so is every later command before it is sent.
awaitable<void> distrust_restored(pg::Transaction& tx, ServerId id, std::string how_seen,
                                  Actor actor);
/// Numbers policies anew, above whatever the trading server holds, so that all are sent again: what
/// follows when the database was restored from an older copy. Refused: unknown_server,
/// reason_required, needs_approval.
awaitable<Outcome<TradingServer>> begin_policy_era(pg::Transaction& tx, ServerId id,
                                                   std::string reason, Authority authority);

}  // namespace cambist::office
