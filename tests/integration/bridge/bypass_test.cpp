#include "tests/integration/bridge/running_bridge.hpp"

namespace cambist::tests {

namespace {

/// Account 10, restricted and enforced since the beginning, with 1,000 and a leverage cap of 1:100.
class Bypass : public BridgeStand {
  protected:
    Bypass() : bridge(start()), plugin(BridgeStand::plugin()) {
        plugin.greet(7);
        plugin.tell(7, 1, {told(user(10, 1, 1'000))});
        plugin.wait_acknowledged(1);
        enforce("5", "0");
    }
    /// rights: 1 connect, 2 open, 4 deposit, 8 withdraw
    void enforce(const std::string& rights, const std::string& reserved) {
        sql("update account set accepted_version = 1, enforced_version = 1, rights = " + rights +
            ", reserved = " + reserved +
            ", leverage_cap_x100 = 10000; delete from policy_version;" +
            "insert into policy_version (server_id, login, version, rights, reason, "
            "  leverage_cap_x100, reserved, enforced_at) values (1, 10, 1, " +
            rights + ", 'restricted', 10000, " + reserved + ", '2020-01-01')");
    }
    void tell(std::vector<Event> events) {
        const std::uint64_t first = next_;
        next_ += events.size();
        plugin.tell(7, first, std::move(events));
        plugin.wait_acknowledged(next_ - 1);
    }
    std::string drift() {
        return sql("select field, office_value, server_value, found_by from drift");
    }

    std::unique_ptr<RunningBridge> bridge;
    PluginDouble plugin;
    std::uint64_t next_ = 2;
};

TEST_F(Bypass, a_withdrawal_by_hand_from_an_account_that_forbids_it_is_drift) {
    tell({told(deal(1, 10, -400)), told(user(10, 2, 600))});
    EXPECT_EQ(drift(), "withdraw|forbidden|deal 1: -400|bypass");
}

TEST_F(Bypass, a_withdrawal_that_the_office_ordered_is_none) {
    auto ordered = deal(1, 10, -400);
    ordered.operation = {1, 2};
    tell({told(ordered), told(user(10, 2, 600))});
    EXPECT_EQ(drift(), "");
}

TEST_F(Bypass, a_withdrawal_from_before_the_policy_was_enforced_is_none) {
    sql("update policy_version set enforced_at = '2100-01-01'");
    tell({told(deal(1, 10, -400))});
    EXPECT_EQ(drift(), "");
}

TEST_F(Bypass, a_withdrawal_into_the_reserved_amount_is_drift) {
    enforce("31", "700");
    tell({told(deal(1, 10, -200)), told(user(10, 2, 800))});
    EXPECT_EQ(drift(), "");
    tell({told(deal(2, 10, -200)), told(user(10, 3, 600))});
    EXPECT_EQ(drift(), "reserved|700|deal 2: -200|bypass");
}

TEST_F(Bypass, a_deal_written_past_every_hook_is_drift_even_when_it_gives) {
    enforce("31", "0");
    auto direct = deal(1, 10, 400);
    direct.direct = true;
    tell({told(direct)});
    EXPECT_EQ(drift(), "direct_deal|none|deal 1: 400|bypass");
}

TEST_F(Bypass, leverage_above_the_cap_is_drift) {
    auto raised = user(10, 2, 1'000);
    raised.leverage_x100 = 50'000;
    tell({told(raised)});
    EXPECT_EQ(drift(), "leverage|10000|50000|bypass");
    EXPECT_EQ(sql("select leverage_x100 from account"), "50000");
}

TEST_F(Bypass, a_group_move_that_nobody_ordered_is_drift) {
    tell({told(user(10, 2, 1'000, "vip"))});
    EXPECT_EQ(drift(), "group|real|vip|bypass");
}

TEST_F(Bypass, a_group_move_that_the_office_ordered_is_none) {
    sql("insert into command (id, server_id, login, kind, payload, body_hash, status, "
        "  attempt_epoch, deadline_ns, requested_by) values (gen_random_uuid(), 1, 10, 'group', "
        "  '{\"group\": \"vip\"}', '', 'unknown', 1, 0, 'key')");
    tell({told(user(10, 2, 1'000, "vip"))});
    EXPECT_EQ(drift(), "");
}

TEST_F(Bypass, an_account_out_of_scope_is_not_judged) {
    sql("update server set scope = '{live*}', config_version = 2");
    eventually("select in_scope from account", "f");
    tell({told(deal(1, 10, -400)), told(user(10, 2, 600, "vip"))});
    EXPECT_EQ(drift(), "");
}

}  // namespace

}  // namespace cambist::tests
