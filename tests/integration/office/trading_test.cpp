#include "office/trading/policy_store.hpp"
#include "office/trading/server_service.hpp"
#include "office/trading/server_store.hpp"
#include "tests/integration/office/office_desk.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

class Trading : public OfficeDesk {
  protected:
    std::vector<policies::VersionedPolicy> pending() {
        return committed(bridge,
                         [&](auto& tx) -> awaitable<std::vector<policies::VersionedPolicy>> {
                             policies::ask_pending(tx, {1}, 100);
                             const auto answers = co_await tx.gather();
                             co_return policies::pending_in(answers.front());
                         });
    }
    std::int64_t enforce(std::vector<policies::Enforced> enforced) {
        return committed(bridge,
                         [&](auto& tx) { return policies::mark_enforced(tx, {1}, enforced); });
    }
    std::optional<std::int64_t> acquire(const std::string& holder) {
        return committed(bridge,
                         [&](auto& tx) { return servers::acquire_lease(tx, {1}, holder, 60s); });
    }
};

TEST_F(Trading, accepted_policies_wait_until_they_are_enforced) {
    approved_client({100, 101});
    const auto waiting = pending();
    ASSERT_EQ(waiting.size(), 2u);
    EXPECT_EQ(waiting[0].login, Login{100});
    EXPECT_EQ(waiting[0].version, 1);
    EXPECT_EQ(waiting[0].policy.rights, Rights::all());
    EXPECT_EQ(waiting[0].policy.leverage_cap_x100, 50'000);
    EXPECT_EQ(enforce({{{100}, 1, {1'800'000'000'000'000'001}}}), 1);
    EXPECT_EQ(pending().size(), 1u);
    EXPECT_EQ(database.psql("select enforced_at from policy_version where login = 100"),
              "2027-01-15 08:00:00.000001+00")
        << "never earlier than it was";
}

TEST_F(Trading, a_version_that_was_overtaken_is_never_marked_and_the_latest_is_sent) {
    const Client ada = approved_client({100});
    set_status(ada, ClientStatus::restricted, back_office);
    ASSERT_EQ(pending().at(0).version, 2);
    EXPECT_EQ(enforce({{{100}, 2, {1'000}}, {{100}, 2, {2'000}}}), 1);
    EXPECT_EQ(enforce({{{100}, 1, {3'000}}}), 0) << "an old acknowledgement";
    EXPECT_EQ(enforce({{{100}, 3, {3'000}}}), 0) << "a version that the office never made";
    EXPECT_EQ(account(100, "accepted_version, enforced_version"), "2|2");
    EXPECT_TRUE(pending().empty());
}

TEST_F(Trading, what_a_plugin_forgot_is_sent_again) {
    approved_client({100});
    enforce({{{100}, 1, {1'000}}});
    committed(bridge, [&](pg::Transaction& tx) -> awaitable<bool> {
        policies::forget_enforced(tx, {1}, {{100}});
        co_return true;
    });
    EXPECT_EQ(pending().size(), 1u);
    EXPECT_EQ(committed(bridge, [&](auto& tx) { return policies::all(tx, {1}, {0}, 10); }).size(),
              1u);
}

TEST_F(Trading, a_lease_has_one_holder_and_each_taking_a_higher_epoch) {
    const auto first = acquire("bridge-a");
    ASSERT_TRUE(first);
    EXPECT_FALSE(acquire("bridge-b"));
    const auto restarted = acquire("bridge-a");
    EXPECT_EQ(restarted.value(), first.value() + 1);
    EXPECT_EQ(database.psql("select bridge_epoch from stream_cursor"), std::to_string(*restarted));
    const auto renew = [&](std::int64_t epoch) {
        return committed(bridge,
                         [&](auto& tx) { return servers::renew_lease(tx, {1}, epoch, 60s); });
    };
    EXPECT_FALSE(renew(*first));
    EXPECT_TRUE(renew(*restarted));
    database.psql("update server set lease_until = now() - interval '1 second'");
    const auto taken = acquire("bridge-b");
    ASSERT_TRUE(taken);
    EXPECT_FALSE(renew(*restarted)) << "the old holder did not step down";
}

TEST_F(Trading, a_released_lease_is_free_at_once) {
    const auto epoch = acquire("bridge-a");
    committed(bridge, [&](pg::Transaction& tx) -> awaitable<bool> {
        servers::release_lease(tx, {1}, *epoch);
        co_return true;
    });
    EXPECT_TRUE(acquire("bridge-b"));
}

TEST_F(Trading, two_bridges_racing_for_a_lease_get_one) {
    int won = 0;
    for (int number = 0; number < 8; ++number)
        boost::asio::co_spawn(
            context,
            [&, number]() -> awaitable<void> {
                auto tx = co_await bridge.begin();
                const auto epoch = co_await servers::acquire_lease(
                    tx, {1}, "bridge-" + std::to_string(number), 60s);
                co_await tx.commit();
                won += epoch ? 1 : 0;
            },
            [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    context.run();
    EXPECT_EQ(won, 1);
}

TEST_F(Trading, mode_and_scope_change_with_an_approval_and_a_record) {
    const auto change = [](auto& tx, const Authority& authority) {
        return change_mode(tx, {1}, ServerMode::enforce, {"real*"}, "go", authority);
    };
    const auto alone = committed([&](auto& tx) { return change(tx, back_office); });
    EXPECT_EQ(alone.error().code, "needs_approval");
    ASSERT_TRUE(with_approval(change).has_value());
    EXPECT_EQ(database.psql("select mode, scope, config_version from server"), "enforce|{real*}|2");
    EXPECT_EQ(count("audit where action = 'server_mode_changed'"), "1");
}

TEST_F(Trading, anybody_stops_money_out_and_with_an_approval_it_flows_again) {
    EXPECT_EQ(
        committed([&](auto& tx) { return stop_money_out(tx, {1}, "", back_office); }).error().code,
        "reason_required");
    EXPECT_TRUE(committed(bridge, [&](auto& tx) {
                    return stop_money_out(tx, {1}, "vanished deal", bridge_actor);
                }).has_value());
    EXPECT_EQ(database.psql("select money_out_stopped from server"), "t");
    EXPECT_FALSE(committed([&](auto& tx) {
                     return resume_money_out(tx, {1}, "checked", back_office);
                 }).has_value());
    EXPECT_TRUE(with_approval([](auto& tx, const Authority& authority) {
                    return resume_money_out(tx, {1}, "checked", authority);
                }).has_value());
    EXPECT_EQ(database.psql("select money_out_stopped from server"), "f");
}

TEST_F(Trading, a_new_era_of_policies_begins_with_an_approval) {
    const auto begin = [](auto& tx, const Authority& authority) {
        return begin_policy_era(tx, {1}, "restored", authority);
    };
    const auto alone = committed([&](auto& tx) { return begin(tx, back_office); });
    EXPECT_EQ(alone.error().code, "needs_approval");
    EXPECT_EQ(with_approval(begin)->policy_era, 2u);
    EXPECT_EQ(database.psql("select policy_era from server"), "2");
    EXPECT_EQ(count("audit where action = 'policy_era_begun'"), "1");
    committed(bridge, [&](auto& tx) -> awaitable<bool> {
        servers::raise_policy_era(tx, {1}, 1);  // never back
        co_return true;
    });
    EXPECT_EQ(database.psql("select policy_era from server"), "2");
}

TEST_F(Trading, a_server_is_registered_once) {
    TradingServer server;
    server.id = {2};
    server.name = "two";
    const auto add = [&] {
        return committed([&](auto& tx) { return register_server(tx, server, back_office); });
    };
    EXPECT_TRUE(add().has_value());
    EXPECT_EQ(add().error().code, "id_taken");
    EXPECT_EQ(committed([&](auto& tx) { return servers::list(tx); }).size(), 2u);
}

}  // namespace
}  // namespace cambist::tests
