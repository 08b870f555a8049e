#include "bridge/trading/command_flow.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <spdlog/spdlog.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/pg/error.hpp"

namespace cambist::bridge {

namespace {

using boost::asio::awaitable;
namespace json = boost::json;

constexpr auto poll_interval = std::chrono::milliseconds(100);
constexpr auto retire_interval = std::chrono::seconds(1);
constexpr int commands_a_turn = 64;
constexpr int most_unanswered = 100'000;

constexpr std::array<std::string_view, 6> outcome_names{"",         "done",     "refused",
                                                        "not_done", "in_doubt", "unknown_id"};
constexpr std::array<std::string_view, 15> failure_names{"none",
                                                         "no_money",
                                                         "no_such_account",
                                                         "no_such_group",
                                                         "stale_version",
                                                         "deadline_passed",
                                                         "stale_bridge",
                                                         "retired_id",
                                                         "different_body",
                                                         "journal_full",
                                                         "limit",
                                                         "unsupported",
                                                         "duplicate_login",
                                                         "server_error",
                                                         "interrupted"};

CommandKind kind_of(office::CommandKind kind) {
    switch (kind) {
        case office::CommandKind::balance:
            return CommandKind::balance;
        case office::CommandKind::credit:
            return CommandKind::credit;
        case office::CommandKind::leverage:
            return CommandKind::leverage;
        case office::CommandKind::group:
            return CommandKind::group;
        case office::CommandKind::rights:
            return CommandKind::native_rights;
        case office::CommandKind::create_account:
            return CommandKind::create_account;
        case office::CommandKind::disconnect:
            return CommandKind::disconnect;
    }
    return CommandKind::disconnect;
}

Command command_of(const office::Command& stored, int currency_digits) {
    const office::CommandOrder& order = stored.order;
    Command command;
    command.id = order.id;
    command.number = stored.number;
    command.bridge_epoch = static_cast<std::uint64_t>(stored.attempt_epoch);
    command.deadline = order.deadline;
    command.kind = kind_of(order.kind);
    command.login = order.login;
    command.amount = order.amount;
    command.currency_digits = static_cast<std::uint8_t>(currency_digits);
    command.leverage_x100 = order.leverage_x100;
    command.rights_set = order.rights_set;
    command.rights_clear = order.rights_clear;
    command.group = FixedText<64>(order.group);
    return command;
}

office::CommandAnswer answer_of(const CommandResult& result) {
    office::CommandAnswer answer;
    answer.id = result.id;
    if (result.outcome == Outcome::done)
        answer.status = office::CommandStatus::done;
    else if (result.outcome == Outcome::in_doubt)
        answer.status = office::CommandStatus::in_doubt;
    else
        answer.status = office::CommandStatus::failed;
    const json::object told{{"outcome", outcome_names[static_cast<std::size_t>(result.outcome)]},
                            {"code", failure_names[static_cast<std::size_t>(result.failure)]},
                            {"login", std::to_string(result.login.value)},
                            {"deal", std::to_string(result.deal.value)},
                            {"version", std::to_string(result.version)},
                            {"balance_after", std::to_string(result.balance_after)},
                            {"credit_after", std::to_string(result.credit_after)},
                            {"finished_ns", std::to_string(result.finished.ns)}};
    answer.result = json::serialize(told);
    if (result.outcome == Outcome::done)
        answer.created = result.login;
    return answer;
}

/// The plugin has shown that the order never arrived and now never can under its old lease.
bool may_be_sent_anew(const CommandResult& result) {
    return result.outcome == Outcome::not_done && result.failure == CommandFailure::stale_bridge &&
           result.bridge_epoch != 0;
}

}  // namespace

CommandFlow::CommandFlow(boost::asio::any_io_executor executor, ServerContext& context,
                         std::function<void()> policies_accepted)
    : context_(context),
      policies_accepted_(std::move(policies_accepted)),
      bell_(std::move(executor)) {}

void CommandFlow::session_began() {
    dispatcher_.begin_session(context_.bridge_epoch);
    load_due_ = true;
    wake();
}

void CommandFlow::session_ended() {
    dispatcher_.end_session();
}

void CommandFlow::wake() {
    woken_ = true;
    bell_.ring();
}

void CommandFlow::on_result(CommandResult result) {
    if (dispatcher_.on_result(result))
        results_.push_back(result);
    bell_.ring();
}

awaitable<void> CommandFlow::run() {
    while (!context_.stopping) {
        co_await bell_.wait(poll_interval);
        if (context_.stopping || !context_.owner)
            continue;
        bool failed = false;
        try {
            co_await turn();
        } catch (const office::pg::DatabaseError& error) {
            context_.metrics.database_errors->Increment();
            spdlog::warn("server {}: commands: {}", context_.server.value, error.what());
            load_due_ = failed = true;
        }
        if (failed) {
            Bell pause(co_await boost::asio::this_coro::executor);
            co_await pause.wait(2 * poll_interval);
        }
    }
}

awaitable<void> CommandFlow::turn() {
    if (!results_.empty())
        co_await store_results();
    if (!context_.open)
        co_return;
    if (load_due_)
        co_await load_unanswered();
    const Instant now = context_.clock.now();
    if (woken_ || now - dispatched_at_ >= poll_interval)
        co_await dispatch();
    if (!context_.open)
        co_return;
    send_due();
    if (now - retired_at_ >= retire_interval)
        co_await retire();
}

awaitable<std::vector<Command>> CommandFlow::as_sent(office::pg::Transaction& tx,
                                                     const std::vector<office::Command>& commands) {
    std::vector<Login> logins;
    for (const office::Command& command : commands)
        logins.push_back(command.order.login);
    const auto digits = co_await office::commands::currency_digits(tx, context_.server, logins);
    std::vector<Command> sent;
    for (const office::Command& command : commands) {
        const auto known = digits.find(command.order.login);
        sent.push_back(command_of(command, known == digits.end() ? 0 : known->second));
    }
    co_return sent;
}

awaitable<void> CommandFlow::load_unanswered() {
    auto tx = co_await context_.pool.begin();
    co_await office::commands::mark_unknown(tx, context_.server,
                                            static_cast<std::int64_t>(context_.bridge_epoch));
    const auto stored = co_await office::commands::unanswered(tx, context_.server, most_unanswered);
    const auto asked = co_await as_sent(tx, stored);
    co_await tx.commit();
    load_due_ = false;
    for (const Command& command : asked) {
        const bool answered = std::ranges::any_of(
            results_, [&](const CommandResult& result) { return result.id == command.id; });
        if (!answered)
            dispatcher_.offer_sent_before(command);
    }
}

awaitable<void> CommandFlow::store_results() {
    const std::size_t count = results_.size();
    const std::vector<CommandResult> results(results_.begin(), results_.end());
    if (!co_await store(results)) {
        // One of them cannot be stored as it is: each for itself.
        for (const CommandResult& result : results) {
            std::vector<CommandResult> single;
            single.push_back(result);
            if (!co_await store(std::move(single)))
                spdlog::error("server {}: the answer to command {} cannot be stored",
                              context_.server.value, result.id.uuid());
        }
    }
    results_.erase(results_.begin(), results_.begin() + static_cast<std::ptrdiff_t>(count));
    context_.metrics.commands_finished->Increment(static_cast<double>(count));
    policies_accepted_();
    woken_ = true;  // accounts that were waiting for these may go on
}

awaitable<bool> CommandFlow::store(std::vector<CommandResult> results) {
    auto tx = co_await context_.pool.begin();
    for (const CommandResult& result : results)
        if (!co_await finish(tx, result))
            co_return false;
    co_await tx.commit();
    co_return true;
}

awaitable<bool> CommandFlow::finish(office::pg::Transaction& tx, CommandResult result) {
    if (may_be_sent_anew(result)) {
        const auto queued = co_await office::requeue_command(
            tx, result.id, static_cast<std::int64_t>(result.bridge_epoch), context_.actor());
        co_return queued.has_value();
    }
    auto answer = answer_of(result);
    const auto finished = co_await office::finish_command(tx, answer, context_.actor());
    co_return finished.has_value();
}

awaitable<void> CommandFlow::dispatch() {
    woken_ = false;
    dispatched_at_ = context_.clock.now();
    const auto money_out = context_.mirror_fresh ? office::commands::MoneyOut::flows
                                                 : office::commands::MoneyOut::waits;
    auto tx = co_await context_.pool.begin();
    const auto decided = co_await office::dispatch(
        tx, context_.server, static_cast<std::int64_t>(context_.bridge_epoch), dispatched_at_,
        commands_a_turn, money_out, context_.actor());
    if (!decided.lease_held)
        co_return;
    std::vector<Command> sent;
    if (!decided.to_send.empty())
        sent = co_await as_sent(tx, decided.to_send);
    if (sent.empty() && decided.refused.empty())
        co_return;
    co_await tx.commit();
    for (const Command& command : sent)
        if (context_.office.asks_first)
            dispatcher_.offer_sent_before(command);
        else
            dispatcher_.offer(command);
    context_.metrics.commands_sent->Increment(static_cast<double>(sent.size()));
    context_.metrics.commands_refused->Increment(static_cast<double>(decided.refused.size()));
    woken_ = sent.size() + decided.refused.size() >= commands_a_turn;
    if (woken_)
        bell_.ring();
}

void CommandFlow::send_due() {
    const auto due = dispatcher_.next(context_.clock.now());
    for (const Command& command : due.commands)
        context_.send(command);
    for (const CommandAsked& question : due.questions)
        context_.send(question);
    context_.metrics.commands_under_way->Set(static_cast<double>(dispatcher_.under_way()));
}

awaitable<void> CommandFlow::retire() {
    retired_at_ = context_.clock.now();
    auto tx = co_await context_.pool.begin();
    const std::uint64_t low_water = co_await office::commands::low_water(tx, context_.server);
    co_await tx.commit();
    if (low_water <= retired_)
        co_return;
    retired_ = low_water;
    context_.send(CommandsRetired{context_.bridge_epoch, low_water});
}

}  // namespace cambist::bridge
