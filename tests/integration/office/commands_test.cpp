#include "office/trading/command_service.hpp"
#include "office/trading/server_service.hpp"
#include "office/trading/server_store.hpp"
#include "tests/integration/office/office_desk.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

class Commands : public OfficeDesk {
  protected:
    Commands() {
        client = approved_client({100, 101});
        epoch = committed(bridge, [&](auto& tx) {
                    return servers::acquire_lease(tx, {1}, "bridge-a", 60s);
                }).value();
    }

    CommandOrder balance(std::uint64_t id, std::int64_t amount, std::uint64_t login = 100) {
        CommandOrder order;
        order.id = {5, id};
        order.server = {1};
        order.login = {login};
        order.amount = amount;
        order.deadline = {1'000};
        return order;
    }
    Outcome<Command> request(const CommandOrder& order) {
        return with_approval([&](auto& tx, const Authority& authority) {
            return request_command(tx, order, authority);
        });
    }
    Dispatched send(std::int64_t now = 500) {
        return committed(bridge, [&](auto& tx) {
            return dispatch(tx, {1}, epoch, {now}, 100, commands::MoneyOut::flows, bridge_actor);
        });
    }
    Outcome<Command> finish(std::uint64_t id, CommandStatus status, Login created = {}) {
        return committed(bridge, [&](auto& tx) {
            const CommandAnswer answer{{5, id}, status, "{\"deal\": 1}", created};
            return finish_command(tx, answer, bridge_actor);
        });
    }
    std::string status(std::uint64_t id) {
        return database.psql("select status from command where id = '" + OperationId{5, id}.uuid() +
                             "'");
    }

    Client client;
    std::int64_t epoch = 0;
};

TEST_F(Commands, are_queued_sent_under_the_lease_and_finished_with_an_audit_record_each) {
    EXPECT_EQ(request(balance(1, -2'500))->status, CommandStatus::queued);
    const auto sent = send();
    ASSERT_EQ(sent.to_send.size(), 1u);
    EXPECT_EQ(sent.to_send[0].order.amount, -2'500);
    EXPECT_EQ(sent.to_send[0].attempt_epoch, epoch);
    EXPECT_EQ(finish(1, CommandStatus::done)->status, CommandStatus::done);
    EXPECT_EQ(status(1), "done");
    EXPECT_EQ(count("audit where subject like 'command:%'"), "2");
    EXPECT_TRUE(send().to_send.empty());
}

TEST_F(Commands, the_same_id_is_the_same_command_and_with_another_body_refused) {
    request(balance(1, -2'500));
    CommandOrder later = balance(1, -2'500);
    later.deadline = {9'999};
    EXPECT_EQ(request(later)->status, CommandStatus::queued);
    EXPECT_EQ(request(balance(1, -2'501)).error().code, "id_taken");
    EXPECT_EQ(request(balance(1, -2'500, 101)).error().code, "id_taken");
    EXPECT_EQ(count("command"), "1");
    send();
    finish(1, CommandStatus::done);
    EXPECT_EQ(request(balance(1, -2'500))->status, CommandStatus::done);
}

TEST_F(Commands, a_hold_that_lands_after_the_request_stops_the_dispatch) {
    request(balance(1, -2'500));
    const Hold hold{{9, 1}, {{1}, {100}}, HoldKind::withdrawal, 0, "check"};
    committed([&](auto& tx) { return place_hold(tx, hold, back_office); });
    const auto decided = send();
    EXPECT_TRUE(decided.to_send.empty());
    ASSERT_EQ(decided.refused.size(), 1u);
    EXPECT_EQ(decided.refused[0].code, "withdraw_forbidden");
    EXPECT_EQ(status(1), "refused");
}

TEST_F(Commands, a_restriction_or_a_money_stop_after_the_request_stops_it_too) {
    request(balance(1, -2'500));
    request(balance(2, -2'500, 101));
    committed([&](auto& tx) { return stop_money_out(tx, {1}, "drift", back_office); });
    for (const auto& refusal : send().refused)
        EXPECT_EQ(refusal.code, "money_out_stopped");
    EXPECT_EQ(request(balance(3, -1)).error().code, "money_out_stopped");
    EXPECT_TRUE(request(balance(4, 1)).has_value());
    set_status(client, ClientStatus::restricted, back_office, Cause::review);
    EXPECT_EQ(send().refused.at(0).code, "deposit_forbidden");
}

TEST_F(Commands, a_deadline_that_passed_is_not_sent) {
    request(balance(1, 100));
    EXPECT_EQ(send(1'001).refused.at(0).code, "deadline_passed");
}

TEST_F(Commands, one_at_a_time_goes_to_an_account_and_none_past_an_unanswered_one) {
    request(balance(1, -100));
    request(balance(2, -100));
    request(balance(3, -100, 101));
    EXPECT_EQ(send().to_send.size(), 2u);
    EXPECT_TRUE(send().to_send.empty());
    finish(1, CommandStatus::in_doubt);
    EXPECT_TRUE(send().to_send.empty()) << "a second debit while the first is in doubt";
    finish(1, CommandStatus::failed);
    EXPECT_EQ(send().to_send.size(), 1u);
}

TEST_F(Commands, a_bridge_without_the_lease_sends_nothing) {
    request(balance(1, -100));
    database.psql("update server set bridge_epoch = bridge_epoch + 1");
    const auto decided = send();
    EXPECT_FALSE(decided.lease_held);
    EXPECT_TRUE(decided.to_send.empty());
    EXPECT_EQ(status(1), "queued");
}

TEST_F(Commands, sent_under_an_older_lease_are_unknown_until_the_server_answers) {
    request(balance(1, -100));
    send();
    const auto newer = committed(
        bridge, [&](auto& tx) { return servers::acquire_lease(tx, {1}, "bridge-a", 60s); });
    EXPECT_EQ(
        committed(bridge, [&](auto& tx) { return commands::mark_unknown(tx, {1}, newer.value()); }),
        1);
    EXPECT_EQ(status(1), "unknown");
    EXPECT_EQ(committed(bridge, [&](auto& tx) { return commands::unanswered(tx, {1}, 10); }).size(),
              1u);
    const auto requeued =
        committed(bridge, [&](auto& tx) { return requeue_command(tx, {5, 1}, 1, bridge_actor); });
    EXPECT_EQ(requeued->status, CommandStatus::queued);
    epoch = newer.value();
    EXPECT_EQ(send().to_send.size(), 1u);
    const auto late =
        committed(bridge, [&](auto& tx) { return requeue_command(tx, {5, 1}, 1, bridge_actor); });
    EXPECT_FALSE(late.has_value()) << "what an older lease heard says nothing of this sending";
    EXPECT_EQ(status(1), "sent");
}

TEST_F(Commands, an_answer_that_comes_again_changes_nothing_and_another_is_refused) {
    request(balance(1, -100));
    send();
    finish(1, CommandStatus::done);
    const std::string audit = count("audit");
    EXPECT_TRUE(finish(1, CommandStatus::done).has_value());
    EXPECT_EQ(finish(1, CommandStatus::failed).error().code, "order_invalid");
    EXPECT_EQ(count("audit"), audit);
}

TEST_F(Commands, a_created_account_belongs_to_its_client_with_its_policy) {
    CommandOrder order;
    order.id = {5, 1};
    order.server = {1};
    order.kind = CommandKind::create_account;
    order.group = "real";
    order.leverage_x100 = 10'000;
    order.client = client.id;
    order.account_kind = AccountKind::demo;
    order.deadline = {1'000};
    EXPECT_EQ(request(order).error().code, "kind_differs");
    order.group = "play";
    ASSERT_TRUE(request(order).has_value());
    const auto sent = send();
    ASSERT_EQ(sent.to_send.size(), 1u);
    EXPECT_EQ(sent.to_send[0].order.group, "play");
    EXPECT_EQ(sent.to_send[0].order.client, client.id);
    ASSERT_TRUE(finish(1, CommandStatus::done, {777}).has_value());
    EXPECT_EQ(account(777, "client_id, kind, accepted_version, rights"),
              client.id.uuid() + "|demo|1|31");
}

TEST_F(Commands, one_person_who_lowers_leverage_does_not_raise_what_was_lowered_meanwhile) {
    const auto leverage = [&](std::uint64_t id, std::uint32_t x100) {
        CommandOrder order = balance(id, 0);
        order.kind = CommandKind::leverage;
        order.leverage_x100 = x100;
        return order;
    };
    const auto lower = leverage(1, 9'000);
    EXPECT_TRUE(
        committed([&](auto& tx) { return request_command(tx, lower, back_office); }).has_value());
    database.psql("update account set leverage_x100 = 5000 where login = 100");
    EXPECT_TRUE(send().to_send.empty());
    EXPECT_EQ(database.psql("select status, result ->> 'code' from command"),
              "refused|needs_approval");
}

TEST_F(Commands, groups_and_leverage_are_checked_against_the_server_and_the_cap) {
    CommandOrder order = balance(1, 0);
    order.kind = CommandKind::group;
    order.group = "nowhere";
    EXPECT_EQ(request(order).error().code, "unknown_group");
    order.group = "euro";
    EXPECT_EQ(request(order).error().code, "group_currency");
    order.group = "vip";
    EXPECT_TRUE(request(order).has_value());
    CommandOrder leverage = balance(2, 0);
    leverage.kind = CommandKind::leverage;
    leverage.leverage_x100 = 50'001;
    EXPECT_EQ(request(leverage).error().code, "leverage_cap");
    CommandOrder nowhere = balance(3, 1, 424'242);
    EXPECT_EQ(request(nowhere).error().code, "unknown_account");
    nowhere.server = {99};
    EXPECT_EQ(request(nowhere).error().code, "unknown_server");
}

TEST_F(Commands, many_at_once_with_one_id_are_one_command) {
    CommandOrder lower = balance(1, 0);
    lower.kind = CommandKind::leverage;
    lower.leverage_x100 = 5'000;
    int queued = 0;
    for (int caller = 0; caller < 16; ++caller)
        boost::asio::co_spawn(
            context,
            [&]() -> awaitable<void> {
                auto tx = co_await gateway.begin();
                const auto command = co_await request_command(tx, lower, back_office);
                co_await tx.commit();
                queued += command.has_value() ? 1 : 0;
            },
            [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    context.restart();
    context.run();
    EXPECT_EQ(queued, 16);
    EXPECT_EQ(count("command"), "1");
    EXPECT_EQ(count("audit where action = 'command_requested'"), "1");
}

}  // namespace
}  // namespace cambist::tests
