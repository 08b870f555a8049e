#include "office/trading/command.hpp"

#include <gtest/gtest.h>

#include "office/accounts/refusal.hpp"
#include "office/trading/server.hpp"
#include "tests/unit/office/delivered.hpp"

namespace cambist::office {
namespace {

const GroupFacts usd_group{.currency = "USD", .exists = true};

CommandOrder order(CommandKind kind) {
    CommandOrder one;
    one.id = {1, 2};
    one.server = {1};
    one.login = {100};
    one.kind = kind;
    return one;
}
CommandOrder balance(std::int64_t amount) {
    CommandOrder one = order(CommandKind::balance);
    one.amount = amount;
    return one;
}
CommandOrder credit(std::int64_t amount) {
    CommandOrder one = order(CommandKind::credit);
    one.amount = amount;
    return one;
}
CommandOrder leverage(std::uint32_t x100) {
    CommandOrder one = order(CommandKind::leverage);
    one.leverage_x100 = x100;
    return one;
}
CommandOrder group_move() {
    CommandOrder one = order(CommandKind::group);
    one.group = "real\\usd";
    return one;
}

AccountFacts account(ClientStatus status = ClientStatus::approved) {
    AccountFacts facts;
    facts.key = {{1}, {100}};
    facts.policy.client = status;
    facts.matrix = delivered_rights();
    facts.balance = 10'000;
    facts.credit = 500;
    facts.leverage_x100 = 10'000;
    facts.currency = "USD";
    facts.mirrored = true;
    return facts;
}
AccountFacts with(AccountFacts facts, auto change) {
    change(facts);
    return facts;
}

struct RefusedRow {
    const char* name;
    CommandOrder order;
    AccountFacts account;
    GroupFacts group;
    CommandRefusal refusal;
};

const RefusedRow refused_rows[] = {
    {"an account that the server has not shown",
     balance(1),
     with(account(), [](auto& a) { a.mirrored = false; }),
     {},
     CommandRefusal::unknown_account},
    {"a closed client deposits",
     balance(1),
     account(ClientStatus::closed),
     {},
     CommandRefusal::account_closed},
    {"a restricted client deposits",
     balance(1),
     account(ClientStatus::restricted),
     {},
     CommandRefusal::deposit_forbidden},
    {"a frozen client deposits",
     balance(1),
     with(account(ClientStatus::restricted),
          [](auto& a) { a.policy.causes.impose(Cause::authority_freeze); }),
     {},
     CommandRefusal::frozen},
    {"a frozen client withdraws",
     balance(-1),
     with(account(ClientStatus::restricted),
          [](auto& a) { a.policy.causes.impose(Cause::authority_freeze); }),
     {},
     CommandRefusal::frozen},
    {"a restricted client withdraws",
     balance(-1),
     account(ClientStatus::restricted),
     {},
     CommandRefusal::withdraw_forbidden},
    {"a held account withdraws",
     balance(-1),
     with(account(), [](auto& a) { a.policy.withdrawal_hold = true; }),
     {},
     CommandRefusal::withdraw_forbidden},
    {"money out is stopped",
     balance(-1),
     with(account(), [](auto& a) { a.money_out_stopped = true; }),
     {},
     CommandRefusal::money_out_stopped},
    {"more than there is", balance(-10'001), account(), {}, CommandRefusal::insufficient},
    {"into what is reserved",
     balance(-9'001),
     with(account(), [](auto& a) { a.policy.reserved = 1'000; }),
     {},
     CommandRefusal::reserved_amount},
    {"more credit taken than given", credit(-501), account(), {}, CommandRefusal::insufficient},
    {"leverage above the cap",
     leverage(10'001),
     with(account(), [](auto& a) { a.policy.account_cap_x100 = 10'000; }),
     {},
     CommandRefusal::leverage_cap},
    {"leverage while money moves",
     leverage(5'000),
     with(account(), [](auto& a) { a.money_pending = true; }),
     {},
     CommandRefusal::operation_pending},
    {"a group nobody knows", group_move(), account(), {}, CommandRefusal::unknown_group},
    {"a group in another currency",
     group_move(),
     account(),
     {.currency = "EUR", .exists = true},
     CommandRefusal::group_currency},
    {"a group while money moves", group_move(),
     with(account(), [](auto& a) { a.money_pending = true; }), usd_group,
     CommandRefusal::operation_pending},
};

TEST(CommandReview, refuses_by_name) {
    for (const RefusedRow& row : refused_rows) {
        const auto allowed = review_effect(row.order, row.account, row.group);
        ASSERT_FALSE(allowed.has_value()) << row.name;
        EXPECT_EQ(allowed.error(), row.refusal) << row.name;
    }
}

TEST(CommandReview, allows_what_no_rule_forbids) {
    EXPECT_TRUE(review_effect(balance(1), account(), {}));
    EXPECT_TRUE(review_effect(balance(-10'000), account(), {}));
    EXPECT_TRUE(review_effect(credit(-500), account(ClientStatus::restricted), {}));
    EXPECT_TRUE(review_effect(leverage(50'000), account(), {}));
    EXPECT_TRUE(review_effect(group_move(), account(), usd_group));
    EXPECT_TRUE(review_effect(order(CommandKind::disconnect), account(ClientStatus::closed), {}));
    const auto reserve = [](auto& a) { a.policy.reserved = 1'000; };
    EXPECT_TRUE(review_effect(balance(-9'000), with(account(), reserve), {}));
}

TEST(CommandReview, a_balance_below_zero_does_not_overflow) {
    const auto poor = [](auto& a) {
        a.balance = INT64_MIN + 1;
        a.policy.reserved = 0;
    };
    const auto allowed = review_effect(balance(-INT64_MAX), with(account(), poor), {});
    ASSERT_FALSE(allowed.has_value());
    EXPECT_EQ(allowed.error(), CommandRefusal::insufficient);
}

TEST(CommandOrder, must_make_sense_in_itself) {
    EXPECT_TRUE(review_order(balance(1)));
    EXPECT_TRUE(review_order(leverage(100)));
    EXPECT_TRUE(review_order(group_move()));
    EXPECT_FALSE(review_order(balance(0)));
    EXPECT_FALSE(review_order(balance(INT64_MIN)));
    EXPECT_FALSE(review_order(leverage(0)));
    EXPECT_FALSE(review_order(order(CommandKind::group)));
    EXPECT_FALSE(review_order(order(CommandKind::rights)));
    EXPECT_FALSE(review_order(order(CommandKind::create_account)));
    CommandOrder nameless = balance(1);
    nameless.id = {};
    EXPECT_FALSE(review_order(nameless));
    CommandOrder wordy = balance(1);
    wordy.comment = std::string(32, 'x');
    EXPECT_FALSE(review_order(wordy));
}

TEST(CommandOrder, widens_unless_it_lowers_leverage_opens_an_account_or_disconnects) {
    EXPECT_FALSE(order_widens(leverage(5'000), 10'000));
    EXPECT_FALSE(order_widens(order(CommandKind::disconnect), 0));
    EXPECT_FALSE(order_widens(order(CommandKind::create_account), 0));
    EXPECT_TRUE(order_widens(leverage(20'000), 10'000));
    EXPECT_TRUE(order_widens(balance(-1), 0));
    EXPECT_TRUE(order_widens(balance(1), 0));
    EXPECT_TRUE(order_widens(credit(1), 0));
    EXPECT_TRUE(order_widens(group_move(), 0));
}

TEST(CommandStatus, is_left_only_by_the_steps_of_the_table) {
    // queued, sent, done, refused, failed, in_doubt, unknown
    constexpr std::string_view matrix[command_status_count] = {
        ".x.x...",  // queued
        "x.xxxxx",  // sent
        ".......",  // done
        ".......",  // refused
        ".......",  // failed
        "..x.x..",  // in_doubt
        "x.xxxx.",  // unknown
    };
    for (int from = 0; from < command_status_count; ++from)
        for (int to = 0; to < command_status_count; ++to)
            EXPECT_EQ(may_become(CommandStatus(from), CommandStatus(to)),
                      matrix[from][std::size_t(to)] == 'x')
                << name_of(CommandStatus(from)) << " " << name_of(CommandStatus(to));
}

TEST(ServerScope, has_patterns_and_none_is_empty) {
    EXPECT_TRUE(review_scope({"real\\*", "!real\\test*"}));
    EXPECT_FALSE(review_scope({}));
    EXPECT_FALSE(review_scope({""}));
    EXPECT_FALSE(review_scope({"!"}));
}

TEST(Refusals, have_a_code_each_of_their_own) {
    for (int a = 0; a < command_refusal_count; ++a)
        for (int b = 0; b < a; ++b)
            EXPECT_NE(refused_as(CommandRefusal(a)).code, refused_as(CommandRefusal(b)).code);
    for (int a = 0; a < account_refusal_count; ++a)
        for (int b = 0; b < a; ++b)
            EXPECT_NE(refused_as(AccountRefusal(a)).code, refused_as(AccountRefusal(b)).code);
}

}  // namespace
}  // namespace cambist::office
