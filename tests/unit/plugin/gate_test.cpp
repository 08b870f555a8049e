#include "plugin/gate/gate.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace cambist::plugin {
namespace {

ctsp_host_api quiet_host() {
    ctsp_host_api host{};
    host.size = sizeof host;
    host.now_ns = [](ctsp_host*) -> std::int64_t { return 1'000; };
    return host;
}

class GateTest : public testing::Test {
  protected:
    GateTest() {
        user_.size = sizeof user_;
        user_.login = 7;
        user_.group_id = 3;
        user_.balance = 100'00;
        std::strcpy(user_.group, "real/standard");
        context_.size = sizeof context_;
        context_.user = &user_;
        gate_.scope().replace({"real/*", "!real/house*"});
        gate_.set_enforce(true);
    }

    ctsp_verdict asks_to_buy() {
        ctsp_request request{};
        request.size = sizeof request;
        request.action = CTSP_ACT_MARKET;
        request.login = 7;
        request.volume = 100;
        ctsp_verdict verdict{};
        verdict.size = sizeof verdict;
        EXPECT_EQ(gate_.on_trade(request, context_, verdict), CTSP_OK);
        return verdict;
    }
    ctsp_verdict asks_for_money(std::int64_t amount, OperationId id) {
        ctsp_request request{};
        request.size = sizeof request;
        request.action = CTSP_ACT_BALANCE;
        request.deal_kind = CTSP_DEAL_BALANCE;
        request.login = 7;
        request.amount = amount;
        request.op_hi = id.hi;
        request.op_lo = id.lo;
        ctsp_verdict verdict{};
        verdict.size = sizeof verdict;
        EXPECT_EQ(gate_.on_funds(request, context_, verdict), CTSP_OK);
        return verdict;
    }
    void restrict(std::uint32_t version) {
        gate_.table().publish({Login{7}, version,
                               Rights::all().without(Right::open).without(Right::withdraw),
                               Reason::restricted, 0, 0});
    }
    std::vector<Objection> objections() {
        std::vector<Objection> all;
        gate_.objections().take(100, [&](const std::byte* bytes) {
            std::memcpy(&all.emplace_back(), bytes, sizeof(Objection));
        });
        return all;
    }

    ctsp_host_api host_ = quiet_host();
    Gate gate_{host_, 1000};
    ctsp_user user_{};
    ctsp_ctx context_{};
};

TEST_F(GateTest, refuses_with_code_reason_and_the_version_that_answered) {
    restrict(9);
    const ctsp_verdict verdict = asks_to_buy();
    EXPECT_EQ(verdict.reject, std::uint32_t(CTSP_RJ_CLOSE_ONLY));
    EXPECT_EQ(verdict.reason, std::uint32_t(Refusal::close_only));
    EXPECT_EQ(verdict.policy_version, 9u);
    const auto all = objections();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].login, 7u);
    EXPECT_TRUE(all[0].enforced);
    EXPECT_EQ(all[0].refusal, Refusal::close_only);
}

TEST_F(GateTest, an_account_that_the_office_has_not_sent_may_only_exit) {
    EXPECT_EQ(asks_to_buy().reason, std::uint32_t(Refusal::no_policy));
}

TEST_F(GateTest, a_released_account_trades_again) {
    restrict(1);
    gate_.table().publish({Login{7}, 2, Rights::all(), Reason::none, 0, 0});
    const ctsp_verdict verdict = asks_to_buy();
    EXPECT_EQ(verdict.reject, 0u);
    EXPECT_EQ(verdict.policy_version, 2u);
}

TEST_F(GateTest, observing_refuses_nothing_and_tells_what_it_would_have_refused) {
    gate_.set_enforce(false);
    restrict(1);
    EXPECT_EQ(asks_to_buy().reject, 0u);
    const auto all = objections();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_FALSE(all[0].enforced);
    EXPECT_EQ(gate_.refusals(Refusal::close_only, false), 1u);
    EXPECT_EQ(gate_.refusals(Refusal::close_only, true), 0u);
}

TEST_F(GateTest, the_local_switch_wins_towards_observing) {
    restrict(1);
    gate_.set_observe_here(true);
    EXPECT_EQ(asks_to_buy().reject, 0u);
    gate_.set_enforce(true);
    EXPECT_EQ(asks_to_buy().reject, 0u);
    gate_.set_observe_here(false);
    EXPECT_NE(asks_to_buy().reject, 0u);
}

TEST_F(GateTest, groups_out_of_scope_are_not_judged) {
    restrict(1);
    user_.group_id = 4;
    std::strcpy(user_.group, "real/house-7");
    EXPECT_EQ(asks_to_buy().reject, 0u);
    user_.group_id = 5;
    std::strcpy(user_.group, "demo/standard");
    EXPECT_EQ(asks_to_buy().reject, 0u);
    EXPECT_TRUE(objections().empty());
}

TEST_F(GateTest, a_renamed_group_is_matched_anew) {
    restrict(1);
    std::strcpy(user_.group, "demo/standard");
    EXPECT_EQ(asks_to_buy().reject, 0u);
    std::strcpy(user_.group, "real/standard");
    gate_.scope().forget_cached();
    EXPECT_NE(asks_to_buy().reject, 0u);
}

Command withdrawal(std::int64_t amount) {
    Command command;
    command.id = OperationId{1, 2};
    command.kind = CommandKind::balance;
    command.login = Login{7};
    command.amount = amount;
    return command;
}

TEST_F(GateTest, an_armed_command_passes_once) {
    gate_.table().publish({Login{7}, 1, Rights::all(), Reason::none, 0, 0});
    const LiveCommands::Armed armed(gate_.live_commands(), withdrawal(-50));
    ASSERT_TRUE(armed);
    EXPECT_EQ(asks_for_money(-50, {1, 2}).reject, 0u);
    EXPECT_EQ(asks_for_money(-50, {1, 2}).reason, std::uint32_t(Refusal::command_mismatch));
}

TEST_F(GateTest, an_operation_id_that_does_not_fit_is_refused) {
    gate_.table().publish({Login{7}, 1, Rights::all(), Reason::none, 0, 0});
    const LiveCommands::Armed armed(gate_.live_commands(), withdrawal(-50));
    EXPECT_EQ(asks_for_money(-51, {1, 2}).reason, std::uint32_t(Refusal::command_mismatch));
    EXPECT_EQ(asks_for_money(-50, {1, 3}).reason, std::uint32_t(Refusal::command_mismatch));
    EXPECT_EQ(asks_for_money(-50, {}).reject, 0u);
}

TEST_F(GateTest, a_command_is_dead_when_its_execution_ended) {
    restrict(1);
    {
        const LiveCommands::Armed armed(gate_.live_commands(), withdrawal(-50));
    }
    EXPECT_NE(asks_for_money(-50, {1, 2}).reject, 0u);
}

TEST(GateTable, finds_what_was_published_and_grows_without_losing_any) {
    GateTable table(100);
    for (std::uint64_t login = 1; login <= 5000; ++login)
        table.publish({Login{login * 7919}, std::uint32_t(login), Rights::all(), Reason::none,
                       std::uint32_t(login * 100), std::int64_t(login) * 1000});
    EXPECT_EQ(table.size(), 5000u);
    for (std::uint64_t login = 1; login <= 5000; ++login) {
        const auto view = table.find(Login{login * 7919});
        ASSERT_EQ(view.word.version(), login);
        ASSERT_EQ(view.leverage_cap_x100(), login * 100);
        ASSERT_EQ(view.reserved(), std::int64_t(login) * 1000);
    }
    EXPECT_FALSE(table.find(Login{3}).word.known());
}

TEST(GateTable, a_new_era_makes_every_account_unknown) {
    GateTable table(100);
    table.publish({Login{5}, 3, Rights::all(), Reason::none, 0, 0});
    table.forget_all();
    EXPECT_FALSE(table.find(Login{5}).word.known());
    EXPECT_EQ(table.version_of(Login{5}), 0u);
    table.publish({Login{5}, 1, Rights::none(), Reason::restricted, 0, 0});
    EXPECT_EQ(table.version_of(Login{5}), 1u);
}

TEST(GateTable, readers_beside_a_growing_writer_see_only_whole_policies) {
    GateTable table(64);
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> looked{0};
    const auto read = [&] {
        while (!done.load(std::memory_order_relaxed))
            for (std::uint64_t login = 1; login <= 2000; ++login) {
                const auto view = table.find(Login{login});
                if (!view.word.known())
                    continue;
                const bool open = view.word.rights().has(Right::open);
                ASSERT_EQ(open, view.word.version() % 2 == 0);
                ASSERT_GE(view.reserved(), std::int64_t(view.word.version()));
                looked.fetch_add(1, std::memory_order_relaxed);
            }
    };
    std::thread one(read), other(read);
    for (std::uint32_t version = 1; version <= 60; ++version)
        for (std::uint64_t login = 1; login <= 2000; ++login)
            table.publish({Login{login}, version, version % 2 == 0 ? Rights::all() : Rights::none(),
                           Reason::none, 0, version});
    while (looked.load() == 0)
        std::this_thread::yield();
    done = true;
    one.join();
    other.join();
}

}  // namespace
}  // namespace cambist::plugin
