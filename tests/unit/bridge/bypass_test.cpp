#include "office/trading/bypass.hpp"

#include <gtest/gtest.h>

namespace cambist::office {

namespace {

DealRecord debit(std::int64_t amount) {
    DealRecord record;
    record.ticket = Ticket{1};
    record.login = Login{10};
    record.kind = 2;
    record.profit = -amount;
    return record;
}

const PolicyThen free{1, Rights::all(), 0};
const PolicyThen forbidden{1, Rights::all().without(Right::withdraw), 0};
const PolicyThen reserved{1, Rights::all(), 500};

std::string field(const std::optional<Drift>& drift) {
    return drift ? drift->field : "";
}

TEST(Bypass, of_a_debit_is_judged_by_the_right_and_the_reserve_of_then) {
    EXPECT_EQ(field(judge_deal(debit(100), free, 900)), "");
    EXPECT_EQ(field(judge_deal(debit(100), forbidden, 900)), "withdraw");
    EXPECT_EQ(field(judge_deal(debit(100), reserved, 500)), "");
    EXPECT_EQ(field(judge_deal(debit(100), reserved, 499)), "reserved");
    EXPECT_EQ(field(judge_deal(debit(100), PolicyThen{}, 0)), "");
}

TEST(Bypass, is_never_what_the_office_ordered_what_trading_lost_or_what_was_deleted) {
    auto ordered = debit(100);
    ordered.operation = {1, 1};
    EXPECT_FALSE(may_bypass(ordered));
    auto loss = debit(100);
    loss.kind = 1;
    EXPECT_FALSE(may_bypass(loss));
    auto deleted = debit(100);
    deleted.deleted = true;
    EXPECT_FALSE(may_bypass(deleted));
    EXPECT_FALSE(may_bypass(debit(-100)));
}

TEST(Bypass, of_a_direct_deal_needs_no_policy) {
    auto direct = debit(-100);
    direct.direct = true;
    EXPECT_EQ(field(judge_deal(direct, PolicyThen{}, 0)), "direct_deal");
}

TEST(Bypass, of_leverage_is_a_raise_above_the_cap) {
    const AccountBefore before{.known = true, .leverage_x100 = 10'000, .leverage_cap_x100 = 20'000};
    UserRecord now;
    now.leverage_x100 = 20'000;
    EXPECT_FALSE(judge_leverage(before, now));
    now.leverage_x100 = 20'001;
    EXPECT_EQ(field(judge_leverage(before, now)), "leverage");
    AccountBefore above = before;
    above.leverage_x100 = 30'000;
    now.leverage_x100 = 25'000;
    EXPECT_FALSE(judge_leverage(above, now));
    AccountBefore uncapped = before;
    uncapped.leverage_cap_x100 = 0;
    EXPECT_FALSE(judge_leverage(uncapped, now));
}

TEST(Bypass, of_a_group_is_a_move_that_no_command_ordered) {
    const AccountBefore before{.known = true, .group = "real", .group_ordered = "vip"};
    UserRecord now;
    now.group = FixedText<64>("vip");
    EXPECT_FALSE(judge_group(before, now));
    now.group = FixedText<64>("demo");
    EXPECT_EQ(field(judge_group(before, now)), "group");
    EXPECT_FALSE(judge_group(AccountBefore{}, now));
}

}  // namespace

}  // namespace cambist::office
