#include <gtest/gtest.h>

#include "sync/streams/command_dispatcher.hpp"
#include "sync/streams/command_executor.hpp"

namespace cambist {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant start{1'790'000'000'000'000'000};

Command command(std::uint64_t number, std::uint64_t bridge_epoch = 1) {
    Command one;
    one.id = {77, number};
    one.number = number;
    one.bridge_epoch = bridge_epoch;
    one.deadline = start + seconds(10);
    one.login = {1000};
    one.amount = 500;
    return one;
}

CommandResult done(const Command& one) {
    CommandResult result;
    result.id = one.id;
    result.outcome = Outcome::done;
    result.deal = {42};
    return result;
}

CommandResult answer_of(const CommandExecutor::Step& step) {
    return std::get<CommandExecutor::Answer>(step).result;
}

TEST(CommandExecutor, executes_an_id_once_and_answers_the_same_for_ever) {
    CommandExecutor executor;
    const Command one = command(1);
    EXPECT_TRUE(std::holds_alternative<CommandExecutor::Execute>(executor.on_command(one, start)));
    EXPECT_TRUE(std::holds_alternative<CommandExecutor::Wait>(executor.on_command(one, start)));
    executor.finished(one, done(one));
    EXPECT_EQ(answer_of(executor.on_command(one, start + seconds(99))), done(one));
    EXPECT_EQ(std::get<CommandExecutor::Answer>(executor.on_asked({1, one})).result, done(one));
}

TEST(CommandExecutor, names_the_same_id_with_another_body) {
    CommandExecutor executor;
    Command one = command(1);
    executor.on_command(one, start);
    one.amount = 501;
    EXPECT_EQ(answer_of(executor.on_command(one, start)).failure, CommandFailure::different_body);
}

TEST(CommandExecutor, takes_the_same_order_under_another_number_for_the_same) {
    CommandExecutor executor;
    Command one = command(1);
    executor.on_command(one, start);
    executor.finished(one, done(one));
    one.number = 9;
    one.bridge_epoch = 5;
    EXPECT_EQ(answer_of(executor.on_command(one, start)), done(one));
}

TEST(CommandExecutor, refuses_a_stale_bridge_without_doing_anything) {
    CommandExecutor executor;
    executor.obey(2);
    const CommandResult answer = answer_of(executor.on_command(command(1, 1), start));
    EXPECT_EQ(answer.outcome, Outcome::not_done);
    EXPECT_EQ(answer.failure, CommandFailure::stale_bridge);
    EXPECT_EQ(executor.remembered(), 0u);
}

TEST(CommandExecutor, never_executes_what_it_called_late_even_when_the_clock_goes_back) {
    CommandExecutor executor;
    const auto late = start + seconds(11);
    EXPECT_EQ(answer_of(executor.on_command(command(1), late)).failure,
              CommandFailure::deadline_passed);
    EXPECT_EQ(answer_of(executor.on_command(command(1), start)).failure,
              CommandFailure::deadline_passed);
    EXPECT_EQ(answer_of(executor.on_command(command(2), start)).failure,
              CommandFailure::deadline_passed);
}

TEST(CommandExecutor, executes_at_the_deadline_itself) {
    CommandExecutor executor;
    EXPECT_TRUE(std::holds_alternative<CommandExecutor::Execute>(
        executor.on_command(command(1), start + seconds(10))));
}

TEST(CommandExecutor, forgets_retired_ids_and_is_in_doubt_about_them) {
    CommandExecutor executor;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        executor.on_command(command(number), start);
        executor.finished(command(number), done(command(number)));
    }
    executor.retire(2);
    EXPECT_EQ(executor.remembered(), 1u);
    const CommandResult answer = answer_of(executor.on_command(command(1), start));
    EXPECT_EQ(answer.outcome, Outcome::in_doubt);
    EXPECT_EQ(answer.failure, CommandFailure::retired_id);
    EXPECT_EQ(std::get<CommandExecutor::Answer>(executor.on_asked({1, command(2)})).result.failure,
              CommandFailure::retired_id);
    EXPECT_EQ(answer_of(executor.on_command(command(3), start)), done(command(3)));
}

TEST(CommandExecutor, keeps_what_is_being_executed_past_its_retirement) {
    CommandExecutor executor;
    executor.on_command(command(1), start);
    executor.retire(5);
    EXPECT_TRUE(
        std::holds_alternative<CommandExecutor::Wait>(executor.on_command(command(1), start)));
    EXPECT_EQ(executor.unresolved().size(), 1u);
}

TEST(CommandExecutor, looks_for_the_effect_of_an_id_it_never_saw) {
    CommandExecutor executor;
    executor.obey(4);
    const auto inquiry = executor.on_asked({4, command(1)});
    EXPECT_EQ(std::get<CommandExecutor::Look>(inquiry).command, command(1));
    const CommandResult answer = executor.unknown(command(1).id);
    EXPECT_EQ(answer.outcome, Outcome::unknown_id);
    EXPECT_EQ(answer.bridge_epoch, 4u);
}

TEST(CommandExecutor, names_after_a_crash_what_has_no_outcome) {
    CommandExecutor executor;
    executor.recovered_intent(command(1));
    executor.recovered_intent(command(2));
    executor.recovered_outcome(done(command(1)));
    EXPECT_EQ(executor.unresolved(), std::vector{command(2)});
    EXPECT_TRUE(
        std::holds_alternative<CommandExecutor::Wait>(executor.on_command(command(2), start)));
    executor.finished(command(2), done(command(2)));
    EXPECT_TRUE(executor.unresolved().empty());
}

CommandDispatcher dispatcher_in_session(std::uint64_t bridge_epoch = 1) {
    CommandDispatcher dispatcher;
    dispatcher.begin_session(bridge_epoch);
    return dispatcher;
}

CommandResult unknown(const Command& one, std::uint64_t bridge_epoch) {
    CommandResult result;
    result.id = one.id;
    result.outcome = Outcome::unknown_id;
    result.bridge_epoch = bridge_epoch;
    return result;
}

TEST(CommandDispatcher, sends_a_command_once_in_the_order_of_numbers_then_asks) {
    CommandDispatcher dispatcher = dispatcher_in_session();
    dispatcher.offer(command(2));
    dispatcher.offer(command(1));
    EXPECT_EQ(dispatcher.next(start).commands, (std::vector{command(1), command(2)}));
    EXPECT_TRUE(dispatcher.next(start + milliseconds(999)).questions.empty());
    const auto later = dispatcher.next(start + seconds(1));
    EXPECT_TRUE(later.commands.empty());
    EXPECT_EQ(later.questions.size(), 2u);
    EXPECT_EQ(later.questions[0].command, command(1));
}

TEST(CommandDispatcher, asks_ever_more_rarely) {
    CommandDispatcher dispatcher = dispatcher_in_session();
    dispatcher.offer(command(1));
    std::vector<std::int64_t> asked_after;
    for (int second = 0; second <= 20; ++second) {
        if (!dispatcher.next(start + seconds(second)).questions.empty())
            asked_after.push_back(second);
    }
    EXPECT_EQ(asked_after, (std::vector<std::int64_t>{1, 2, 4, 8, 13, 18}));
}

TEST(CommandDispatcher, asks_about_everything_sent_in_a_new_session) {
    CommandDispatcher dispatcher = dispatcher_in_session();
    dispatcher.offer(command(1));
    dispatcher.next(start);
    dispatcher.end_session();
    EXPECT_TRUE(dispatcher.next(start + seconds(60)).questions.empty());
    dispatcher.begin_session(1);
    const auto to_send = dispatcher.next(start);
    EXPECT_TRUE(to_send.commands.empty());
    EXPECT_EQ(to_send.questions.size(), 1u);
}

TEST(CommandDispatcher, asks_and_never_sends_what_an_earlier_bridge_sent) {
    CommandDispatcher dispatcher = dispatcher_in_session(2);
    dispatcher.offer_sent_before(command(1, 1));
    const auto to_send = dispatcher.next(start);
    EXPECT_TRUE(to_send.commands.empty());
    EXPECT_EQ(to_send.questions.size(), 1u);
    CommandResult result = unknown(command(1), 2);
    EXPECT_TRUE(dispatcher.on_result(result));
    EXPECT_EQ(result.outcome, Outcome::not_done);
    EXPECT_EQ(dispatcher.under_way(), 0u);
}

TEST(CommandDispatcher, sends_again_under_its_own_epoch_what_never_arrived) {
    CommandDispatcher dispatcher = dispatcher_in_session();
    dispatcher.offer(command(1));
    dispatcher.next(start);
    CommandResult result = unknown(command(1), 1);
    EXPECT_FALSE(dispatcher.on_result(result));
    EXPECT_EQ(dispatcher.next(start).commands, std::vector{command(1)});
}

TEST(CommandDispatcher, asks_first_when_a_session_ended_before_it_sent_again) {
    CommandDispatcher dispatcher = dispatcher_in_session();
    dispatcher.offer(command(1));
    dispatcher.next(start);
    CommandResult result = unknown(command(1), 1);
    dispatcher.on_result(result);
    dispatcher.begin_session(1);
    EXPECT_TRUE(dispatcher.next(start).commands.empty());
}

TEST(CommandDispatcher, does_not_believe_unknown_said_under_another_epoch) {
    CommandDispatcher dispatcher = dispatcher_in_session(2);
    dispatcher.offer_sent_before(command(1, 1));
    CommandResult result = unknown(command(1), 1);
    EXPECT_FALSE(dispatcher.on_result(result));
    EXPECT_EQ(dispatcher.under_way(), 1u);
}

TEST(CommandDispatcher, takes_a_result_once) {
    CommandDispatcher dispatcher = dispatcher_in_session();
    dispatcher.offer(command(1));
    dispatcher.next(start);
    CommandResult result = done(command(1));
    EXPECT_TRUE(dispatcher.on_result(result));
    EXPECT_FALSE(dispatcher.on_result(result));
}

}  // namespace
}  // namespace cambist
