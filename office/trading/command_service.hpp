#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/accounts/account_service.hpp"
#include "office/trading/command.hpp"
#include "office/trading/command_store.hpp"

/// Use cases of commands; each runs in the caller's transaction and never commits it. After the
/// commit of a request the caller rings `cambist_commands`.
namespace cambist::office {

/// Queues it. The same id with the same order is answered with the command as it stands; with
/// another order, refused id_taken. Refused as review_order and review_effect say, and
/// needs_approval where order_widens.
awaitable<Outcome<Command>> request_command(pg::Transaction& tx, CommandOrder order,
                                            Authority authority);

/// What dispatch decided; `to_send` may go out once the transaction has committed.
struct Dispatched {
    std::vector<Command> to_send;
    std::vector<commands::Refusal> refused;
    bool lease_held = true;  ///< false: step down, nothing was decided
};

/// Takes what waits for a server, looks again at each account under its lock and marks the commands
/// sent under this lease, or refused.
awaitable<Dispatched> dispatch(pg::Transaction& tx, ServerId server, std::int64_t bridge_epoch,
                               Instant now, int limit, commands::MoneyOut money_out, Actor actor);

/// What the trading server said.
struct CommandAnswer {
    OperationId id;
    CommandStatus status = CommandStatus::done;  ///< done, failed, refused or in_doubt
    std::string result = "{}";                   ///< JSON
    Login created;                               ///< create_account: the new login, else 0
};

/// Records an answer; a created account is given to its client. An answer that comes again changes
/// nothing. Refused: unknown_command, order_invalid (no step leads there).
awaitable<Outcome<Command>> finish_command(pg::Transaction& tx, CommandAnswer answer, Actor actor);

/// What people found out of a command without an answer; the account that was created is given to
/// its client. Refused: unknown_command, as review_settlement says, needs_approval.
awaitable<Outcome<Command>> settle_command(pg::Transaction& tx, OperationId id,
                                           Settlement settlement, Authority authority);

/// The server has shown that it never did it: it waits to be dispatched again, holds and all.
/// Refused: unknown_command, order_invalid.
awaitable<Outcome<Command>> requeue_command(pg::Transaction& tx, OperationId id,
                                            std::int64_t asked_epoch, Actor actor);

}  // namespace cambist::office
