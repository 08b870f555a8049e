#include "office/trading/command.hpp"

#include <array>

#include "office/accounts/name_table.hpp"

namespace cambist::office {

namespace {

using enum CommandRefusal;
using Allowed = std::expected<void, CommandRefusal>;

constexpr std::array<std::string_view, command_kind_count> kind_names{
    "balance", "credit", "leverage", "group", "rights", "create_account", "disconnect"};
constexpr std::array<std::string_view, command_status_count> status_names{
    "queued", "sent", "done", "refused", "failed", "in_doubt", "unknown"};

struct Step {
    CommandStatus from, to;
};
using enum CommandStatus;
// Back to queued: on evidence that the server never did it. in_doubt is left by evidence only.
constexpr Step steps[] = {
    {queued, sent},
    {queued, CommandStatus::refused},
    {sent, done},
    {sent, failed},
    {sent, CommandStatus::refused},
    {sent, in_doubt},
    {sent, unknown},
    {sent, queued},
    {unknown, done},
    {unknown, failed},
    {unknown, CommandStatus::refused},
    {unknown, in_doubt},
    {unknown, queued},
    {in_doubt, done},
    {in_doubt, failed},
};

constexpr auto not_found = Refused::Kind::not_found;
constexpr auto invalid = Refused::Kind::invalid;
constexpr auto forbidden = Refused::Kind::forbidden;
constexpr auto conflict = Refused::Kind::conflict;
// In the order of CommandRefusal.
constexpr std::array<Refused, command_refusal_count> refusals{{
    {not_found, "unknown_server"},   {not_found, "unknown_account"},
    {not_found, "unknown_client"},   {invalid, "unknown_group"},
    {not_found, "unknown_command"},  {conflict, "id_taken"},
    {invalid, "order_invalid"},      {conflict, "deadline_passed"},
    {conflict, "account_closed"},    {conflict, "frozen"},
    {conflict, "deposit_forbidden"}, {conflict, "withdraw_forbidden"},
    {conflict, "money_out_stopped"}, {conflict, "insufficient"},
    {conflict, "reserved_amount"},   {conflict, "leverage_cap"},
    {conflict, "group_currency"},    {conflict, "kind_differs"},
    {conflict, "operation_pending"}, {conflict, "not_in_doubt"},
    {invalid, "reason_required"},    {forbidden, "needs_approval"},
}};

constexpr std::size_t comment_bytes = 31;
constexpr std::size_t group_bytes = 63;

Allowed review_deposit(const Policy& policy) {
    if (policy.rights.has(Right::deposit))
        return {};
    return std::unexpected(policy.reason == Reason::frozen ? frozen : deposit_forbidden);
}

Allowed review_withdrawal(const CommandOrder& order, const AccountFacts& account,
                          const Policy& policy) {
    if (!policy.rights.has(Right::withdraw))
        return std::unexpected(policy.reason == Reason::frozen ? frozen : withdraw_forbidden);
    if (account.money_out_stopped)
        return std::unexpected(money_out_stopped);
    if (account.balance < -order.amount)
        return std::unexpected(insufficient);
    if (account.balance - policy.reserved < -order.amount)
        return std::unexpected(reserved_amount);
    return {};
}

Allowed review_credit(const CommandOrder& order, const AccountFacts& account,
                      const Policy& policy) {
    if (order.amount > 0)
        return review_deposit(policy);
    if (account.credit < -order.amount)
        return std::unexpected(insufficient);
    return {};
}

Allowed review_leverage(const CommandOrder& order, const AccountFacts& account,
                        const Policy& policy) {
    if (policy.leverage_cap_x100 != 0 && order.leverage_x100 > policy.leverage_cap_x100)
        return std::unexpected(leverage_cap);
    if (account.money_pending)
        return std::unexpected(operation_pending);
    return {};
}

Allowed review_group(const AccountFacts& account, const GroupFacts& group) {
    if (!group.exists)
        return std::unexpected(unknown_group);
    if (group.currency != account.currency)
        return std::unexpected(group_currency);
    if (account.money_pending)
        return std::unexpected(operation_pending);
    return {};
}

}  // namespace

std::string_view name_of(CommandKind kind) {
    return kind_names[std::size_t(kind)];
}
std::string_view name_of(CommandStatus status) {
    return status_names[std::size_t(status)];
}
std::optional<CommandKind> command_kind_of(std::string_view name) {
    return enumerator_of<CommandKind>(kind_names, name);
}
std::optional<CommandStatus> command_status_of(std::string_view name) {
    return enumerator_of<CommandStatus>(status_names, name);
}

bool may_become(CommandStatus from, CommandStatus to) {
    for (const Step step : steps)
        if (step.from == from && step.to == to)
            return true;
    return false;
}

Refused refused_as(CommandRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

Allowed review_order(const CommandOrder& order) {
    const bool creates = order.kind == CommandKind::create_account;
    const bool moves_money =
        order.kind == CommandKind::balance || order.kind == CommandKind::credit;
    const bool needs_leverage = creates || order.kind == CommandKind::leverage;
    const bool needs_group = creates || order.kind == CommandKind::group;
    const bool sound =
        !order.id.empty() && creates == (order.login.value == 0) &&
        moves_money == (order.amount != 0) && order.amount != INT64_MIN &&
        needs_leverage == (order.leverage_x100 != 0) && needs_group == !order.group.empty() &&
        creates == !order.client.empty() && order.group.size() <= group_bytes &&
        order.comment.size() <= comment_bytes && (order.rights_set & order.rights_clear) == 0 &&
        (order.kind == CommandKind::rights) == ((order.rights_set | order.rights_clear) != 0);
    if (!sound)
        return std::unexpected(order_invalid);
    return {};
}

bool order_widens(const CommandOrder& order, std::int64_t leverage_now_x100) {
    const bool narrows =
        order.kind == CommandKind::disconnect || order.kind == CommandKind::create_account ||
        (order.kind == CommandKind::leverage && order.leverage_x100 <= leverage_now_x100) ||
        (order.kind == CommandKind::rights && order.rights_set == 0);
    return !narrows;
}

Allowed review_settlement(const Command& command, const Settlement& settlement) {
    if (command.status != CommandStatus::unknown && command.status != CommandStatus::in_doubt)
        return std::unexpected(not_in_doubt);
    const bool creates = command.order.kind == CommandKind::create_account &&
                         settlement.outcome == CommandStatus::done;
    if (creates != (settlement.created.value != 0))
        return std::unexpected(order_invalid);
    if (settlement.reason.empty())
        return std::unexpected(reason_required);
    return {};
}

Allowed review_effect(const CommandOrder& order, const AccountFacts& account,
                      const GroupFacts& group) {
    const Policy policy = effective_rights(account.policy, account.matrix);
    if (!account.mirrored)
        return std::unexpected(unknown_account);
    if (order.kind == CommandKind::disconnect)
        return {};
    if (policy.reason == Reason::account_closed)
        return std::unexpected(account_closed);
    switch (order.kind) {
        case CommandKind::balance:
            return order.amount > 0 ? review_deposit(policy)
                                    : review_withdrawal(order, account, policy);
        case CommandKind::credit:
            return review_credit(order, account, policy);
        case CommandKind::leverage:
            return review_leverage(order, account, policy);
        case CommandKind::group:
            return review_group(account, group);
        case CommandKind::rights:
        case CommandKind::create_account:
        case CommandKind::disconnect:
            break;
    }
    return {};
}

}  // namespace cambist::office
