#include "office/trading/command_service.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/accounts/client_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/trading/server_store.hpp"

namespace cambist::office {

namespace {

namespace json = boost::json;
using Allowed = std::expected<void, CommandRefusal>;

void record(pg::Transaction& tx, const Actor& actor, std::string_view action,
            const CommandOrder& order, CommandStatus status, std::string_view code) {
    json::object after{{"status", name_of(status)},
                       {"kind", name_of(order.kind)},
                       {"account", order.account().subject()}};
    if (order.amount != 0)
        after["amount"] = std::to_string(order.amount);
    if (order.leverage_x100 != 0)
        after["leverage_x100"] = order.leverage_x100;
    if (!order.group.empty())
        after["group"] = order.group;
    if (!code.empty())
        after["code"] = code;
    const Change change{.action = std::string(action),
                        .subject = order.subject(),
                        .before = {},
                        .after = json::serialize(after),
                        .reason = order.comment};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, change.after);
}

bool names_group(const CommandOrder& order) {
    return !order.group.empty();
}

awaitable<Allowed> review_creation(pg::Transaction& tx, const CommandOrder& order,
                                   const GroupFacts& group) {
    const auto client = co_await clients::find(tx, order.client);
    if (!client)
        co_return std::unexpected(CommandRefusal::unknown_client);
    if (!group.exists)
        co_return std::unexpected(CommandRefusal::unknown_group);
    if (client->status == ClientStatus::closed)
        co_return std::unexpected(CommandRefusal::account_closed);
    if (group.demo != (order.account_kind == AccountKind::demo))
        co_return std::unexpected(CommandRefusal::kind_differs);
    co_return Allowed{};
}

/// Everything about the account, under its lock, that the command needs.
awaitable<Allowed> review_account(pg::Transaction& tx, const CommandOrder& order,
                                  const GroupFacts& group, const Authority& authority) {
    const std::vector<AccountKey> keys{order.account()};
    const auto facts = co_await accounts::locked_facts(tx, keys);
    if (facts.empty())
        co_return std::unexpected(CommandRefusal::unknown_account);
    if (const auto allowed = review_effect(order, facts.front(), group); !allowed)
        co_return allowed;
    if (order_widens(order, facts.front().leverage_x100) && !authority.may_widen())
        co_return std::unexpected(CommandRefusal::needs_approval);
    co_return Allowed{};
}

awaitable<Outcome<Command>> known_command(pg::Transaction& tx, CommandOrder order) {
    if (!co_await commands::is_same(tx, order))
        co_return refused(CommandRefusal::id_taken);
    auto command = co_await commands::find(tx, order.id);
    co_return std::move(*command);
}

Allowed review_dispatch(const CommandOrder& order, const std::vector<AccountFacts>& all,
                        const GroupFacts& group, Instant now) {
    if (order.deadline < now)
        return std::unexpected(CommandRefusal::deadline_passed);
    if (order.kind == CommandKind::create_account)
        return {};
    const auto facts = std::ranges::find(all, order.account(), &AccountFacts::key);
    if (facts == all.end())
        return std::unexpected(CommandRefusal::unknown_account);
    if (order.only_lowers && order.leverage_x100 > facts->leverage_x100)
        return std::unexpected(CommandRefusal::needs_approval);
    AccountFacts without_itself = *facts;
    without_itself.money_pending = false;  // it was asked for before, or is the pending one
    return review_effect(order, without_itself, group);
}

awaitable<std::vector<AccountFacts>> lock_accounts(pg::Transaction& tx,
                                                   const std::vector<Command>& waiting) {
    std::vector<AccountKey> keys;
    for (const Command& command : waiting)
        if (command.order.login.value != 0)
            keys.push_back(command.order.account());
    if (keys.empty())
        co_return std::vector<AccountFacts>{};
    co_return co_await accounts::locked_facts(tx, std::move(keys));
}

}  // namespace

awaitable<Outcome<Command>> request_command(pg::Transaction& tx, CommandOrder order,
                                            Authority authority) {
    if (const auto sound = review_order(order); !sound)
        co_return refused(sound.error());
    order.only_lowers = order.kind == CommandKind::leverage && !authority.may_widen();
    if (co_await commands::find(tx, order.id))
        co_return co_await known_command(tx, order);
    if (!co_await servers::find(tx, order.server))
        co_return refused(CommandRefusal::unknown_server);
    GroupFacts group;
    if (names_group(order))
        group = co_await commands::group(tx, order.server, order.group);
    Allowed allowed;
    if (order.kind == CommandKind::create_account)
        allowed = co_await review_creation(tx, order, group);
    else
        allowed = co_await review_account(tx, order, group, authority);
    if (!allowed)
        co_return refused(allowed.error());

    if (!co_await commands::insert(tx, order, authority.asked_by()))
        co_return co_await known_command(tx, order);  // asked for at the same moment elsewhere
    record(tx, authority.actor(), "command_requested", order, CommandStatus::queued, "");
    auto command = co_await commands::find(tx, order.id);
    co_return std::move(*command);
}

awaitable<Dispatched> dispatch(pg::Transaction& tx, ServerId server, std::int64_t bridge_epoch,
                               Instant now, int limit, commands::MoneyOut money_out, Actor actor) {
    Dispatched decided;
    decided.lease_held = co_await servers::holds_lease(tx, server, bridge_epoch);
    if (!decided.lease_held)
        co_return decided;
    auto waiting = co_await commands::ready(tx, server, limit, money_out);
    const auto facts = co_await lock_accounts(tx, waiting);
    for (Command& command : waiting) {
        GroupFacts group;
        if (names_group(command.order))
            group = co_await commands::group(tx, server, command.order.group);
        const auto allowed = review_dispatch(command.order, facts, group, now);
        if (!allowed) {
            const auto code = refused_as(allowed.error()).code;
            record(tx, actor, "command_refused", command.order, CommandStatus::refused, code);
            decided.refused.push_back({command.order.id, code});
            continue;
        }
        command.status = CommandStatus::sent;
        command.attempt_epoch = bridge_epoch;
        decided.to_send.push_back(std::move(command));
    }
    if (!decided.to_send.empty())
        co_await commands::mark_sent(tx, decided.to_send, bridge_epoch);
    if (!decided.refused.empty())
        commands::mark_refused(tx, decided.refused);
    co_return decided;
}

namespace {

/// Writes the end of a locked command.
awaitable<Outcome<Command>> end_command(pg::Transaction& tx, Command command, Login created,
                                        std::string_view action, Actor actor) {
    commands::finish(tx, command.order.id, command.status, command.result);
    record(tx, actor, action, command.order, command.status, "");
    if (command.status == CommandStatus::done && created.value != 0 &&
        command.order.kind == CommandKind::create_account) {
        const AccountKey account{command.order.server, created};
        const auto attached = co_await attach_created_account(tx, command.order.client, account,
                                                              command.order.account_kind, actor);
        if (!attached)
            co_return std::unexpected(attached.error());
    }
    co_return std::move(command);
}

}  // namespace

awaitable<Outcome<Command>> finish_command(pg::Transaction& tx, CommandAnswer answer, Actor actor) {
    auto command = co_await commands::find_for_update(tx, answer.id);
    if (!command)
        co_return refused(CommandRefusal::unknown_command);
    if (command->status == answer.status)
        co_return std::move(*command);
    if (!may_become(command->status, answer.status))
        co_return refused(CommandRefusal::order_invalid);
    command->status = answer.status;
    command->result = answer.result;
    co_return co_await end_command(tx, std::move(*command), answer.created, "command_finished",
                                   std::move(actor));
}

awaitable<Outcome<Command>> settle_command(pg::Transaction& tx, OperationId id,
                                           Settlement settlement, Authority authority) {
    auto command = co_await commands::find_for_update(tx, id);
    if (!command)
        co_return refused(CommandRefusal::unknown_command);
    if (const auto sound = review_settlement(*command, settlement); !sound)
        co_return refused(sound.error());
    if (!authority.may_widen())
        co_return refused(CommandRefusal::needs_approval);
    command->status = settlement.outcome;
    command->result = json::serialize(
        json::object{{"code", "settled_by_people"}, {"outcome", name_of(settlement.outcome)}});
    command->order.comment = settlement.reason;  // the reason of the record
    co_return co_await end_command(tx, std::move(*command), settlement.created, "command_settled",
                                   authority.actor());
}

awaitable<Outcome<Command>> requeue_command(pg::Transaction& tx, OperationId id,
                                            std::int64_t asked_epoch, Actor actor) {
    auto command = co_await commands::find_for_update(tx, id);
    if (!command)
        co_return refused(CommandRefusal::unknown_command);
    if (!may_become(command->status, CommandStatus::queued))
        co_return refused(CommandRefusal::order_invalid);
    if (!co_await commands::requeue(tx, id, asked_epoch))
        co_return refused(CommandRefusal::order_invalid);
    command->status = CommandStatus::queued;
    command->attempt_epoch = 0;
    record(tx, actor, "command_requeued", command->order, CommandStatus::queued, "");
    co_return std::move(*command);
}

}  // namespace cambist::office
