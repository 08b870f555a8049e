#include "office/trading/command_store.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::commands {

namespace {

namespace json = boost::json;
using pg::Query;

constexpr Query insert_command{
    "command_insert",
    "insert into command (id, server_id, login, kind, payload, amount, body_hash, deadline_ns, "
    "  requested_by) "
    "values ($1, $2, nullif($3, 0), $4, $5::jsonb, nullif($6, 0), "
    "  sha256(convert_to($7, 'UTF8')), $8, $9) on conflict (id) do nothing"};
#define COMMAND_COLUMNS                                                                      \
    "select id, server_id, coalesce(login, 0), kind, payload, coalesce(amount, 0), status, " \
    "coalesce(attempt_epoch, 0), deadline_ns, requested_by, requested_at, result, "          \
    "coalesce(number, 0) from command c "
constexpr Query find_command{"command_find", COMMAND_COLUMNS "where id = $1"};
constexpr Query find_command_locked{"command_find_for_update",
                                    COMMAND_COLUMNS "where id = $1 for update"};
constexpr Query list_commands{"command_list", COMMAND_COLUMNS
                              "where server_id = $1 and ($2 = 0 or login = $2) "
                              "order by requested_at desc, id limit $3"};
constexpr Query ready_commands{
    "command_ready", COMMAND_COLUMNS
    "where server_id = $1 and status = 'queued' and ($3 or coalesce(amount, 0) >= 0) and not "
    "exists ("
    "  select from command o where o.server_id = c.server_id and o.login = c.login "
    "    and (o.status in ('sent', 'unknown') or (o.status = 'in_doubt' "
    "      and o.amount is not null and c.amount is not null))) "
    "order by requested_at, id limit $2 for update skip locked"};
constexpr Query unanswered_commands{"command_unanswered", COMMAND_COLUMNS
                                    "where server_id = $1 and status in ('sent', 'unknown') "
                                    "order by requested_at, id limit $2"};
#undef COMMAND_COLUMNS
constexpr Query same_body{
    "command_same_body",
    "select body_hash = sha256(convert_to($2, 'UTF8')) from command where id = $1"};
constexpr Query set_sent{"command_mark_sent",
                         "update command set status = 'sent', attempt_epoch = $2, "
                         "number = nextval('command_number'), sent_at = clock_timestamp() "
                         "where id = any($1) returning id, number"};
constexpr Query last_number{
    "command_low_water",
    "select coalesce((select min(number) - 1 from command where server_id = $1 "
    "  and status in ('sent', 'unknown')), (select last_value - case when is_called then 0 else 1 "
    "end from command_number))"};
constexpr Query set_refused{
    "command_mark_refused",
    "update command c set status = 'refused', finished_at = clock_timestamp(), "
    "result = jsonb_build_object('code', r.code) "
    "from unnest($1::uuid[], $2::text[]) as r(id, code) where c.id = r.id"};
constexpr Query set_unknown{"command_mark_unknown",
                            "update command set status = 'unknown' where server_id = $1 "
                            "and status = 'sent' and attempt_epoch < $2"};
constexpr Query leap_numbers{
    "command_leap_numbers",
    "select setval('command_number', nextval('command_number') + 1e9::bigint)"};
constexpr Query doubt_all{
    "command_doubt_unfinished",
    "update command set status = 'unknown', number = nextval('command_number'), "
    "  attempt_epoch = coalesce(attempt_epoch, 0), sent_at = coalesce(sent_at, clock_timestamp()) "
    "where server_id = $1 and status in ('queued', 'sent', 'unknown')"};
constexpr Query set_finished{"command_finish",
                             "update command set status = $2, result = $3, "
                             "finished_at = clock_timestamp() where id = $1"};
constexpr Query set_queued{"command_requeue",
                           "update command set status = 'queued', attempt_epoch = null, "
                           "sent_at = null where id = $1 and coalesce(attempt_epoch, 0) <= $2"};
constexpr Query find_group{"group_find",
                           "select currency, is_demo from trading_group "
                           "where server_id = $1 and name = $2 and not deleted"};

constexpr Query find_digits{
    "command_currency_digits",
    "select login, currency_digits from account where server_id = $1 and login = any($2)"};

/// The order's own words; the same order always gives the same text.
std::string payload_of(const CommandOrder& order) {
    json::object body;
    if (!order.comment.empty())
        body["comment"] = order.comment;
    if (order.leverage_x100 != 0)
        body["leverage_x100"] = order.leverage_x100;
    if (!order.group.empty())
        body["group"] = order.group;
    if (order.kind == CommandKind::rights) {
        body["rights_set"] = order.rights_set;
        body["rights_clear"] = order.rights_clear;
    }
    if (order.kind == CommandKind::create_account) {
        body["client"] = order.client.uuid();
        body["account_kind"] = name_of(order.account_kind);
    }
    return json::serialize(body);
}

/// As stored: with whether it was ordered by one person alone.
std::string stored_payload_of(const CommandOrder& order) {
    if (!order.only_lowers)
        return payload_of(order);
    json::object body = json::parse(payload_of(order)).as_object();
    body["only_lowers"] = true;
    return json::serialize(body);
}

std::string body_of(const CommandOrder& order) {
    return order.account().subject() + ' ' + std::string(name_of(order.kind)) + ' ' +
           std::to_string(order.amount) + ' ' + payload_of(order);
}

std::string text_in(const json::object& body, std::string_view key) {
    const json::value* value = body.if_contains(key);
    return value ? std::string(value->as_string()) : std::string();
}

std::uint32_t number_in(const json::object& body, std::string_view key) {
    const json::value* value = body.if_contains(key);
    return value ? value->to_number<std::uint32_t>() : 0;
}

template <class Enum>
Enum known(std::optional<Enum> value) {
    CAMBIST_ASSERT(value.has_value());
    return *value;
}

void read_payload(std::string_view payload, CommandOrder& order) {
    const json::value parsed = json::parse(payload);
    const json::object& body = parsed.as_object();
    order.comment = text_in(body, "comment");
    order.leverage_x100 = number_in(body, "leverage_x100");
    order.group = text_in(body, "group");
    order.rights_set = number_in(body, "rights_set");
    order.rights_clear = number_in(body, "rights_clear");
    order.only_lowers = body.contains("only_lowers");
    if (order.kind == CommandKind::create_account) {
        order.client = known(OperationId::from_uuid(text_in(body, "client")));
        order.account_kind = known(account_kind_of(text_in(body, "account_kind")));
    }
}

Command command_of(const pg::Row& row) {
    Command command;
    CommandOrder& order = command.order;
    order.id = row.get<OperationId>(0);
    order.server = row.get<ServerId>(1);
    order.login = row.get<Login>(2);
    order.kind = known(command_kind_of(row.get<std::string_view>(3)));
    read_payload(row.get<std::string_view>(4), order);
    order.amount = row.get<std::int64_t>(5);
    command.status = known(command_status_of(row.get<std::string_view>(6)));
    command.attempt_epoch = row.get<std::int64_t>(7);
    order.deadline = {row.get<std::int64_t>(8)};
    command.requested_by = row.get<std::string>(9);
    command.requested_at = row.get<Instant>(10);
    command.result = row.get<std::optional<std::string>>(11).value_or("");
    command.number = row.get<std::uint64_t>(12);
    return command;
}

std::vector<Command> commands_of(const pg::Result& rows) {
    std::vector<Command> commands;
    for (const pg::Row row : rows)
        commands.push_back(command_of(row));
    return commands;
}

std::optional<Command> first_of(const pg::Result& rows) {
    const auto row = rows.first();
    return row ? std::optional(command_of(*row)) : std::nullopt;
}

}  // namespace

awaitable<bool> insert(pg::Transaction& tx, CommandOrder order, std::string requested_by) {
    const auto inserted = co_await tx.execute(
        insert_command, order.id, order.server, order.login, name_of(order.kind),
        stored_payload_of(order), order.amount, body_of(order), order.deadline.ns, requested_by);
    co_return inserted.affected() == 1;
}

awaitable<std::optional<Command>> find(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(find_command, id);
    co_return first_of(rows);
}

awaitable<std::optional<Command>> find_for_update(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(find_command_locked, id);
    co_return first_of(rows);
}

awaitable<bool> is_same(pg::Transaction& tx, CommandOrder order) {
    const auto rows = co_await tx.execute(same_body, order.id, body_of(order));
    const auto row = rows.first();
    co_return row && row->get<bool>(0);
}

awaitable<std::vector<Command>> list(pg::Transaction& tx, ServerId server, Login login, int limit) {
    const auto rows = co_await tx.execute(list_commands, server, login, limit);
    co_return commands_of(rows);
}

awaitable<std::vector<Command>> ready(pg::Transaction& tx, ServerId server, int limit,
                                      MoneyOut money_out) {
    const auto rows =
        co_await tx.execute(ready_commands, server, limit, money_out == MoneyOut::flows);
    auto waiting = commands_of(rows);
    std::vector<Command> first_of_each;
    for (Command& command : waiting) {
        const Login login = command.order.login;
        const bool repeated =
            login.value != 0 && std::ranges::any_of(first_of_each, [&](const Command& c) {
                return c.order.login == login;
            });
        if (!repeated)
            first_of_each.push_back(std::move(command));
    }
    co_return first_of_each;
}

awaitable<std::vector<Command>> unanswered(pg::Transaction& tx, ServerId server, int limit) {
    const auto rows = co_await tx.execute(unanswered_commands, server, limit);
    co_return commands_of(rows);
}

awaitable<void> mark_sent(pg::Transaction& tx, std::vector<Command>& sent, std::int64_t epoch) {
    std::vector<OperationId> ids;
    for (const Command& command : sent)
        ids.push_back(command.order.id);
    const auto rows = co_await tx.execute(set_sent, ids, epoch);
    for (const pg::Row row : rows) {
        const auto place = std::ranges::find(sent, row.get<OperationId>(0),
                                             [](const Command& c) { return c.order.id; });
        CAMBIST_ASSERT(place != sent.end());
        place->number = row.get<std::uint64_t>(1);
    }
}

awaitable<std::uint64_t> low_water(pg::Transaction& tx, ServerId server) {
    const auto rows = co_await tx.execute(last_number, server);
    co_return rows.one().get<std::uint64_t>(0);
}

void mark_refused(pg::Transaction& tx, const std::vector<Refusal>& refusals) {
    std::vector<OperationId> ids;
    std::vector<std::string_view> codes;
    for (const Refusal& refusal : refusals) {
        ids.push_back(refusal.id);
        codes.push_back(refusal.code);
    }
    tx.send(set_refused, ids, codes);
}

awaitable<std::int64_t> mark_unknown(pg::Transaction& tx, ServerId server, std::int64_t epoch) {
    const auto marked = co_await tx.execute(set_unknown, server, epoch);
    co_return marked.affected();
}

void doubt_unfinished(pg::Transaction& tx, ServerId server) {
    tx.send(leap_numbers);
    tx.send(doubt_all, server);
}

void finish(pg::Transaction& tx, OperationId id, CommandStatus status, const std::string& result) {
    tx.send(set_finished, id, name_of(status), pg::Json{result});
}

awaitable<bool> requeue(pg::Transaction& tx, OperationId id, std::int64_t asked_epoch) {
    const auto queued = co_await tx.execute(set_queued, id, asked_epoch);
    co_return queued.affected() == 1;
}

awaitable<std::map<Login, int>> currency_digits(pg::Transaction& tx, ServerId server,
                                                std::vector<Login> logins) {
    std::vector<std::uint64_t> numbers;
    for (const Login login : logins)
        numbers.push_back(login.value);
    const auto rows = co_await tx.execute(find_digits, server, numbers);
    std::map<Login, int> digits;
    for (const pg::Row row : rows)
        digits[row.get<Login>(0)] = row.get<std::int16_t>(1);
    co_return digits;
}

awaitable<GroupFacts> group(pg::Transaction& tx, ServerId server, std::string name) {
    const auto rows = co_await tx.execute(find_group, server, name);
    const auto row = rows.first();
    if (!row)
        co_return GroupFacts{};
    co_return GroupFacts{
        .currency = row->get<std::string>(0), .exists = true, .demo = row->get<bool>(1)};
}

}  // namespace cambist::office::commands
