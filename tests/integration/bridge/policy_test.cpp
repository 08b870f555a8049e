#include "tests/integration/bridge/running_bridge.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

class BridgePolicies : public BridgeStand {
  protected:
    BridgePolicies() {
        sql("insert into account (server_id, login, server_version, accepted_version, rights, "
            "  reason, leverage_cap_x100, reserved) values "
            "  (1, 10, 1, 3, 5, 'restricted', 5000, 70), (1, 11, 1, 0, 0, 'none', 0, 0);"
            "insert into policy_version (server_id, login, version, rights, reason, "
            "  leverage_cap_x100, reserved) values (1, 10, 3, 5, 'restricted', 5000, 70)");
    }
    static PolicyAcknowledged acknowledged(std::uint32_t version, std::uint32_t era = 1) {
        return {era, Instant{1}, {{Login{10}, version}}};
    }
};

TEST_F(BridgePolicies, are_sent_whole_and_marked_enforced_when_acknowledged_and_never_earlier) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    const auto batch = plugin.expect<PolicyBatch>();
    ASSERT_EQ(batch.accounts.size(), 1u);
    EXPECT_EQ(batch.era, 1u);
    const AccountPolicy wanted{Login{10}, 3, {5}, Reason::restricted, 5'000, 70};
    EXPECT_EQ(batch.accounts[0], wanted);
    const std::string before = sql("select clock_timestamp()");
    plugin.send(acknowledged(3));
    eventually("select enforced_version from account where login = 10", "3");
    EXPECT_EQ(sql("select a.enforced_at >= '" + before +
                  "' and a.enforced_at = p.enforced_at "
                  "from account a join policy_version p using (login)"),
              "t");
}

TEST_F(BridgePolicies, are_sent_again_until_they_are_acknowledged) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    plugin.expect<PolicyBatch>();
    EXPECT_EQ(plugin.expect<PolicyBatch>().accounts[0].version, 3u);
}

TEST_F(BridgePolicies, go_out_at_once_when_the_office_rings) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    plugin.expect<PolicyBatch>();
    plugin.send(acknowledged(3));
    eventually("select enforced_version from account where login = 10", "3");
    sql("update account set accepted_version = 1, rights = 31 where login = 11;"
        "notify cambist_policy");
    EXPECT_EQ(plugin.expect<PolicyBatch>().accounts[0].login, Login{11});
}

TEST_F(BridgePolicies, of_a_new_rights_matrix_are_decided_sent_and_enforced) {
    sql("insert into person (id, name) values ('00000000-0000-4000-8000-000000000001', 'Ada');"
        "insert into client (id, person_id, legal_entity, status) select id, id, 'main', "
        "'approved' "
        "  from person;"
        "update account set client_id = (select id from client), accepted_version = 1, rights = "
        "31, "
        "  enforced_version = 1 where login = 11");
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    plugin.expect<PolicyBatch>();
    sql("insert into configuration (name, version, body, author) select name, 2, "
        "  jsonb_set(body, '{default,status,approved,transfer}', '\"no\"'), 'test' "
        "  from configuration where name = 'rights';"
        "insert into policy_recompute (version) values (2); notify cambist_policy");
    AccountPolicy sent;
    while (sent.login != Login{11})
        for (const AccountPolicy& policy : plugin.expect<PolicyBatch>().accounts)
            sent = policy;
    EXPECT_EQ(sent.version, 2u);
    EXPECT_FALSE(sent.rights.has(Right::transfer));
    plugin.send(PolicyAcknowledged{1, Instant{1}, {{Login{11}, 2}}});
    eventually("select enforced_version from account where login = 11", "2");
}

TEST_F(BridgePolicies, that_a_digest_shows_to_be_missing_are_sent_again) {
    sql("update account set enforced_version = 3 where login = 10");
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    plugin.send(PolicyDigest{.era = 1, .accounts = 0, .sums = {}});
    EXPECT_EQ(plugin.expect<PolicyBatch>().accounts[0].login, Login{10});
}

TEST_F(BridgePolicies, that_a_digest_shows_to_be_there_are_not) {
    sql("update account set enforced_version = 3 where login = 10");
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    PolicyDigest digest{.era = 1, .accounts = 1, .sums = {}};
    digest.sums[shard_of(Login{10})] =
        policy_hash({Login{10}, 3, {5}, Reason::restricted, 5'000, 70});
    plugin.send(digest);
    EXPECT_FALSE(plugin.wait_for<PolicyBatch>(2s));
}

TEST_F(BridgePolicies, are_all_sent_again_in_a_new_era) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    plugin.expect<PolicyBatch>();
    plugin.send(acknowledged(3));
    eventually("select enforced_version from account where login = 10", "3");
    sql("update server set policy_era = 2; notify cambist_policy");
    while (plugin.expect<Welcome>().policy_era != 2)
        continue;
    plugin.send(PolicyDigest{.era = 1, .accounts = 0, .sums = {}});
    const auto batch = plugin.expect<PolicyBatch>();
    EXPECT_EQ(batch.era, 2u);
    EXPECT_EQ(batch.accounts[0].login, Login{10});
    plugin.send(acknowledged(3, 1));  // late, of the era before
    plugin.send(acknowledged(3, 2));
    eventually("select enforced_version from account where login = 10", "3");
}

TEST_F(BridgePolicies, follow_the_era_of_a_plugin_that_is_ahead_and_stop_money_out) {
    const auto bridge = start();
    auto plugin = this->plugin();
    Hello hello = hello_in(7);
    hello.policy_era = 5;
    plugin.greet(hello);
    comes_true("money_out_stopped and policy_era = 5 from server where id = 1");
    EXPECT_EQ(plugin.expect<PolicyBatch>().era, 5u);
}

TEST_F(BridgePolicies, of_a_plugin_that_does_not_tell_what_it_holds_are_asked_for_again) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    plugin.expect<PolicyBatch>();  // it waited for the digest in vain
    std::optional<Welcome> again;
    for (int beat = 0; beat < 40 && !again; ++beat) {
        Heartbeat heartbeat;
        heartbeat.epoch = 7;
        plugin.send(heartbeat);
        again = plugin.wait_for<Welcome>(500ms);
    }
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->owner);
}

TEST_F(BridgePolicies, of_a_plugin_that_is_ahead_stop_money_out) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    plugin.expect<PolicyBatch>();
    plugin.send(acknowledged(9));
    comes_true("money_out_stopped from server where id = 1");
    EXPECT_EQ(sql("select enforced_version from account where login = 10"), "0");
}

}  // namespace

}  // namespace cambist::tests
