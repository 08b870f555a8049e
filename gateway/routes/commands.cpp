#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>

#include "gateway/http/amount.hpp"
#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/accounts/account_view_store.hpp"
#include "office/trading/command_service.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Command;
using office::CommandKind;
using office::CommandOrder;

constexpr std::string_view account_kinds[] = {"live", "demo"};
constexpr std::string_view operations[] = {"balance", "credit"};
constexpr std::size_t longest_comment = 31, longest_group = 63, longest_reason = 500;
constexpr std::int64_t longest_life_s = 86'400, usual_life_s = 300;

/// `amount` is null unless money moves; its digits are those of the account's currency.
json::object described(const Command& command, json::value amount) {
    const CommandOrder& order = command.order;
    json::object body{
        {"id", order.id.uuid()},
        {"server_id", std::to_string(order.server.value)},
        {"kind", name_of(order.kind)},
        {"status", name_of(command.status)},
        {"amount", std::move(amount)},
        {"requested_by", command.requested_by},
        {"requested_at", rfc3339(command.requested_at)},
        {"deadline", rfc3339(order.deadline)},
        {"result", command.result.empty() ? json::value() : json::parse(command.result)}};
    body["login"] = nullptr;
    if (order.login.value != 0)
        body["login"] = std::to_string(order.login.value);
    if (order.leverage_x100 != 0)
        body["leverage_x100"] = order.leverage_x100;
    if (!order.group.empty())
        body["group"] = order.group;
    return body;
}

awaitable<json::value> amount_of(Call& call, const CommandOrder& order) {
    if (order.amount == 0)
        co_return nullptr;
    const auto view = co_await office::accounts::view(call.tx, order.account());
    if (!view)
        co_return nullptr;
    co_return money(order.amount, view->currency_digits, view->currency);
}

awaitable<Answer> order_command(Call& call, CommandOrder order) {
    const auto outcome =
        co_await office::request_command(call.tx, std::move(order), call.authority);
    if (!outcome)
        co_return std::unexpected(problem_of(outcome.error()));
    auto amount = co_await amount_of(call, outcome->order);
    Reply reply;
    reply.status = 202;
    reply.body = described(*outcome, std::move(amount));
    reply.command_ordered = true;
    co_return reply;
}

/// What every command has: its id and how long it may wait.
CommandOrder read_order(FieldReader& fields, const Call& call, CommandKind kind) {
    CommandOrder order;
    order.kind = kind;
    order.id = fields.uuid("id");
    read_reason(fields);
    const auto life =
        fields.optional_integer("expires_in_seconds", 1, longest_life_s).value_or(usual_life_s);
    order.deadline = call.now + std::chrono::seconds(life);
    return order;
}

awaitable<Answer> operate_balance(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    CommandOrder order = read_order(fields, call, CommandKind::balance);
    order.server = key->server;
    order.login = key->login;
    if (fields.word("operation", operations) == 1)
        order.kind = CommandKind::credit;
    const AmountText amount = fields.amount("amount");
    order.comment = fields.optional_text("comment", longest_comment).value_or("");
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto view = co_await office::accounts::view(call.tx, *key);
    if (!view)
        co_return std::unexpected(Problem{404, "unknown_account", "", {}, {}});
    if (amount.currency != view->currency)
        co_return std::unexpected(wrong_field("amount.currency", "amount_currency"));
    const auto minor = parse_amount(amount.amount, view->currency_digits, AmountSign::not_zero);
    if (!minor)
        co_return std::unexpected(wrong_field("amount.amount", minor.error()));
    order.amount = *minor;
    co_return co_await order_command(call, std::move(order));
}

awaitable<Answer> set_leverage(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    CommandOrder order = read_order(fields, call, CommandKind::leverage);
    order.server = key->server;
    order.login = key->login;
    order.leverage_x100 =
        static_cast<std::uint32_t>(fields.integer("leverage_x100", 1, UINT32_MAX));
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return co_await order_command(call, std::move(order));
}

awaitable<Answer> move_group(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    CommandOrder order = read_order(fields, call, CommandKind::group);
    order.server = key->server;
    order.login = key->login;
    order.group = fields.text("group", longest_group);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return co_await order_command(call, std::move(order));
}

awaitable<Answer> disconnect(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    CommandOrder order = read_order(fields, call, CommandKind::disconnect);
    order.server = key->server;
    order.login = key->login;
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return co_await order_command(call, std::move(order));
}

awaitable<Answer> create_account(Call& call) {
    FieldReader fields(call.body);
    CommandOrder order = read_order(fields, call, CommandKind::create_account);
    const std::string server = fields.text("server_id", 10);
    const auto number = number_of(server, INT32_MAX);
    if (!server.empty() && !number)
        fields.refuse("server_id", "not_a_server_id");
    order.server = {static_cast<std::uint32_t>(number.value_or(0))};
    order.client = fields.uuid("client_id");
    order.group = fields.text("group", longest_group);
    order.leverage_x100 =
        static_cast<std::uint32_t>(fields.integer("leverage_x100", 1, UINT32_MAX));
    order.account_kind = static_cast<office::AccountKind>(fields.word("kind", account_kinds));
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return co_await order_command(call, std::move(order));
}

awaitable<Answer> get_command(Call& call) {
    const auto id = path_uuid(call, "command", "unknown_command");
    if (!id)
        co_return std::unexpected(id.error());
    const auto command = co_await office::commands::find(call.tx, *id);
    if (!command)
        co_return std::unexpected(Problem{404, "unknown_command", "", {}, {}});
    auto amount = co_await amount_of(call, command->order);
    Reply reply;
    reply.body = described(*command, std::move(amount));
    co_return reply;
}

constexpr std::string_view outcomes[] = {"done", "failed"};

awaitable<Answer> settle(Call& call) {
    const auto id = path_uuid(call, "command", "unknown_command");
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    office::Settlement settlement;
    settlement.outcome = fields.word("outcome", outcomes) == 0 ? office::CommandStatus::done
                                                               : office::CommandStatus::failed;
    settlement.created = fields.optional_login("login");
    settlement.reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto outcome =
        co_await office::settle_command(call.tx, *id, std::move(settlement), call.authority);
    if (!outcome)
        co_return std::unexpected(problem_of(outcome.error()));
    auto amount = co_await amount_of(call, outcome->order);
    Reply reply;
    reply.body = described(*outcome, std::move(amount));
    reply.policies_changed = true;
    co_return reply;
}

}  // namespace

std::vector<Route> command_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {post, "/v1/accounts", "account.open", required, {}, create_account},
        {post,
         "/v1/accounts/{server}/{login}/balance-operations",
         "account.operate_balance",
         required,
         {},
         operate_balance,
         "account:{server}/{login}"},
        {post,
         "/v1/accounts/{server}/{login}/leverage",
         "account.set_leverage",
         required,
         {},
         set_leverage,
         "account:{server}/{login}"},
        {post,
         "/v1/accounts/{server}/{login}/group",
         "account.move_group",
         required,
         {},
         move_group,
         "account:{server}/{login}"},
        {post,
         "/v1/accounts/{server}/{login}/disconnect",
         "account.disconnect",
         required,
         {},
         disconnect},
        {get, "/v1/commands/{command}", "command.read", none, {}, get_command},
        {post,
         "/v1/commands/{command}/settle",
         "command.resolve",
         optional,
         {},
         settle,
         "command:{command}"},
    };
}

}  // namespace cambist::gateway
