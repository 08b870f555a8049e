#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "office/accounts/account_store.hpp"
#include "office/audit/refused.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

enum class CommandKind : std::uint8_t {
    balance,
    credit,
    leverage,
    group,
    rights,
    create_account,
    disconnect,
};
constexpr int command_kind_count = 7;

/// refused: a rule said no; failed: the server did nothing and said why; in_doubt: the server
/// cannot say; unknown: sent, and no answer yet after a change of hands.
enum class CommandStatus : std::uint8_t { queued, sent, done, refused, failed, in_doubt, unknown };
constexpr int command_status_count = 7;

std::string_view name_of(CommandKind kind);
std::string_view name_of(CommandStatus status);
std::optional<CommandKind> command_kind_of(std::string_view name);
std::optional<CommandStatus> command_status_of(std::string_view name);

/// May a command move from one status to another?
bool may_become(CommandStatus from, CommandStatus to);

/// What the office orders a trading server to do, at most once for ever.
struct CommandOrder {
    OperationId id;  ///< made and kept by whoever asks, before asking
    ServerId server;
    Login login;  ///< 0: create_account
    CommandKind kind = CommandKind::balance;
    std::int64_t amount = 0;          ///< balance, credit: minor units, negative takes out
    std::uint32_t leverage_x100 = 0;  ///< leverage, create_account
    std::string group;                ///< group, create_account
    std::string comment;  ///< at most 31 bytes; the tag stands in its place on the server
    std::uint32_t rights_set = 0, rights_clear = 0;  ///< rights: CTSP_RIGHT_*
    OperationId client;                              ///< create_account: whose
    AccountKind account_kind = AccountKind::live;    ///< create_account
    bool only_lowers = false;  ///< asked for by somebody who may not raise leverage
    Instant deadline;          ///< the plugin refuses it afterwards

    AccountKey account() const { return {server, login}; }
    std::string subject() const { return "command:" + id.uuid(); }
};

struct Command {
    CommandOrder order;
    CommandStatus status = CommandStatus::queued;
    std::int64_t attempt_epoch = 0;  ///< the lease under which it was sent; 0: not sent
    std::uint64_t number = 0;        ///< its place among the dispatched; 0: not sent
    std::string requested_by;
    std::string result;  ///< JSON of the answer; empty while there is none
    Instant requested_at;
};

/// Why a command is refused, when asked for or when about to be sent; in order of precedence.
enum class CommandRefusal : std::uint8_t {
    unknown_server,
    unknown_account,
    unknown_client,
    unknown_group,
    unknown_command,
    id_taken,       ///< the same id with another body
    order_invalid,  ///< an amount of zero, no leverage, no group ...
    deadline_passed,
    account_closed,
    frozen,
    deposit_forbidden,
    withdraw_forbidden,
    money_out_stopped,
    insufficient,     ///< more than the balance
    reserved_amount,  ///< into what a hold reserves
    leverage_cap,
    group_currency,     ///< the group is kept in another currency
    kind_differs,       ///< a demo account in a group of live ones, or the other way round
    operation_pending,  ///< a money operation is not finished
    not_in_doubt,       ///< there is nothing to settle: it has an answer, or waits for one
    reason_required,
    needs_approval,  ///< it moves money or gives rights: one person alone may not
};
constexpr int command_refusal_count = 22;
Refused refused_as(CommandRefusal refusal);

/// What the rules ask about the group a command names.
struct GroupFacts {
    std::string currency;
    bool exists = false, demo = false;
};

/// Is the order itself sound, whoever asks and whatever the account?
std::expected<void, CommandRefusal> review_order(const CommandOrder& order);
/// Does it take an approval? Not what only lowers leverage, clears rights or ends sessions, nor a
/// new account, whose rights follow from its client.
bool order_widens(const CommandOrder& order, std::int64_t leverage_now_x100);
/// What people say became of a command that the trading server gave no answer to.
struct Settlement {
    CommandStatus outcome = CommandStatus::done;  ///< done or failed
    Login created;                                ///< of a create_account that was done, else 0
    std::string reason;
};
/// Can it be settled so? Refused: not_in_doubt, order_invalid (a login that is missing or too
/// much), reason_required.
std::expected<void, CommandRefusal> review_settlement(const Command& command,
                                                      const Settlement& settlement);

/// May it be done to the account as it is now? Asked twice: when it is requested and, under the
/// account's lock, when it is about to be sent, for a hold may have landed since.
std::expected<void, CommandRefusal> review_effect(const CommandOrder& order,
                                                  const AccountFacts& account,
                                                  const GroupFacts& group);

}  // namespace cambist::office
