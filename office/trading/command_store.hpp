#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/trading/command.hpp"

/// The only SQL of commands.
namespace cambist::office::commands {

using boost::asio::awaitable;

/// waits: debits stay queued, since nobody knows whether the mirror is up to date.
enum class MoneyOut : bool { waits, flows };

struct Refusal {
    OperationId id;
    std::string_view code;
};

/// False when the id is taken, by whatever body.
awaitable<bool> insert(pg::Transaction& tx, CommandOrder order, std::string requested_by);
awaitable<std::optional<Command>> find(pg::Transaction& tx, OperationId id);
awaitable<std::optional<Command>> find_for_update(pg::Transaction& tx, OperationId id);
/// Is the stored command with this id the same order? The deadline is not part of the body.
awaitable<bool> is_same(pg::Transaction& tx, CommandOrder order);
/// Newest first, of one account (login 0: of the whole server).
awaitable<std::vector<Command>> list(pg::Transaction& tx, ServerId server, Login login, int limit);

/// Locks and reads what may be sent now, oldest first: at most one an account, and none while an
/// earlier one of the account is unanswered.
awaitable<std::vector<Command>> ready(pg::Transaction& tx, ServerId server, int limit,
                                      MoneyOut money_out);
/// sent and unknown ones: what the plugin is asked about after a change of hands.
awaitable<std::vector<Command>> unanswered(pg::Transaction& tx, ServerId server, int limit);
/// Marks them and gives each its number.
awaitable<void> mark_sent(pg::Transaction& tx, std::vector<Command>& sent, std::int64_t epoch);
/// Every command of the server up to this number has its answer stored.
awaitable<std::uint64_t> low_water(pg::Transaction& tx, ServerId server);
void mark_refused(pg::Transaction& tx, const std::vector<Refusal>& refusals);
/// Those sent under an older lease become unknown; returns how many.
awaitable<std::int64_t> mark_unknown(pg::Transaction& tx, ServerId server, std::int64_t epoch);
/// After the database came back from an older copy: what has no answer here may have been done. All
/// of it becomes unknown, so that it is asked about, under numbers above any that a plugin retired.
void doubt_unfinished(pg::Transaction& tx, ServerId server);
/// `result` is JSON.
void finish(pg::Transaction& tx, OperationId id, CommandStatus status, const std::string& result);
/// False when it was sent after `asked_epoch`, under which the plugin said that it knows no such
/// id.
awaitable<bool> requeue(pg::Transaction& tx, OperationId id, std::int64_t asked_epoch);

/// Digits of the currency of each of these accounts that is known.
awaitable<std::map<Login, int>> currency_digits(pg::Transaction& tx, ServerId server,
                                                std::vector<Login> logins);
awaitable<GroupFacts> group(pg::Transaction& tx, ServerId server, std::string name);

}  // namespace cambist::office::commands
