#include "plugin/gate/decisions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

namespace cambist::plugin {
namespace {

constexpr std::uint64_t login = 1001;

GateTable::View policy_of(Rights rights, Reason reason) {
    GateTable::View view;
    view.word = GateWord::of({Login{login}, 1, rights, reason, 0, 0});
    return view;
}

const Rights exits_only = Rights::all().without(Right::open).without(Right::withdraw);
const GateTable::View restricted = policy_of(exits_only, Reason::restricted);
const GateTable::View allowed = policy_of(Rights::all(), Reason::none);
const GateTable::View unknown{};

/// A trade request and what the server knows when it asks.
struct Scene {
    ctsp_user user{};
    ctsp_request request{};
    ctsp_position position{}, position_by{};
    ctsp_ctx context{};

    explicit Scene(std::uint8_t margin_mode, std::uint32_t action = CTSP_ACT_MARKET) {
        user.size = sizeof user;
        user.login = login;
        user.margin_mode = margin_mode;
        request.size = sizeof request;
        request.action = action;
        request.login = login;
        std::strcpy(request.symbol, "EURUSD");
        context.size = sizeof context;
        context.user = &user;
    }
    Scene(const Scene&) = delete;

    Scene& holds(std::uint64_t ticket, std::uint8_t side, std::uint64_t volume) {
        position = of(ticket, side, volume);
        context.position = &position;
        return *this;
    }
    Scene& holds_too(std::uint64_t ticket, std::uint8_t side, std::uint64_t volume) {
        position_by = of(ticket, side, volume);
        context.position_by = &position_by;
        return *this;
    }
    Scene& asks(std::uint8_t side, std::uint64_t volume, std::uint64_t ticket = 0) {
        request.side = side;
        request.volume = volume;
        request.position = ticket;
        return *this;
    }
    Refusal decide(const GateTable::View& policy) const {
        return decide_trade(request, context, policy);
    }

  private:
    static ctsp_position of(std::uint64_t ticket, std::uint8_t side, std::uint64_t volume) {
        ctsp_position position{};
        position.size = sizeof position;
        position.login = login;
        position.ticket = ticket;
        position.side = side;
        position.volume = volume;
        std::strcpy(position.symbol, "EURUSD");
        return position;
    }
};

TEST(DecideTrade, an_account_that_may_open_trades_freely) {
    EXPECT_EQ(Scene(CTSP_MARGIN_NETTING).asks(CTSP_SIDE_BUY, 100).decide(allowed), Refusal::none);
    EXPECT_EQ(Scene(CTSP_MARGIN_HEDGING, CTSP_ACT_PENDING_PLACE).decide(allowed), Refusal::none);
}

TEST(DecideTrade, an_unknown_action_is_refused_to_everybody) {
    for (const std::uint32_t action : {0u, 13u, 14u, 15u, 99u, ~0u}) {
        EXPECT_EQ(Scene(CTSP_MARGIN_NETTING, action).decide(allowed), Refusal::unknown_action);
        EXPECT_EQ(Scene(CTSP_MARGIN_NETTING, action).decide(unknown), Refusal::unknown_action);
    }
}

TEST(DecideTrade, exits_pass_whatever_the_policy_is) {
    for (const std::uint32_t action :
         {CTSP_ACT_PRICE, CTSP_ACT_PENDING_CANCEL, CTSP_ACT_SLTP, CTSP_ACT_PROTECTIVE_EXIT,
          CTSP_ACT_STOPOUT_CANCEL, CTSP_ACT_EXPIRE})
        for (const auto& policy : {restricted, allowed, unknown})
            EXPECT_EQ(Scene(CTSP_MARGIN_HEDGING, action).decide(policy), Refusal::none);
}

TEST(DecideTrade, pending_orders_are_openings) {
    for (const std::uint32_t action : {CTSP_ACT_PENDING_PLACE, CTSP_ACT_PENDING_MODIFY,
                                       CTSP_ACT_PENDING_ACTIVATE, CTSP_ACT_POSITION_EDIT}) {
        Scene scene(CTSP_MARGIN_NETTING, action);
        scene.holds(5, CTSP_SIDE_BUY, 100).asks(CTSP_SIDE_SELL, 50);
        EXPECT_EQ(scene.decide(restricted), Refusal::close_only);
        EXPECT_EQ(scene.decide(unknown), Refusal::no_policy);
    }
}

TEST(DecideTrade, the_refusal_names_why_opening_is_forbidden) {
    const auto refusal_for = [](Reason reason) {
        return Scene(CTSP_MARGIN_NETTING)
            .asks(CTSP_SIDE_BUY, 1)
            .decide(policy_of(exits_only, reason));
    };
    EXPECT_EQ(refusal_for(Reason::not_approved), Refusal::trade_disabled);
    EXPECT_EQ(refusal_for(Reason::restricted), Refusal::close_only);
    EXPECT_EQ(refusal_for(Reason::account_closed), Refusal::account_closed);
    EXPECT_EQ(refusal_for(Reason::frozen), Refusal::frozen);
    EXPECT_EQ(refusal_for(Reason::close_only_account), Refusal::close_only);
}

TEST(DecideTrade, a_close_flag_is_never_believed) {
    Scene scene(CTSP_MARGIN_NETTING);
    scene.asks(CTSP_SIDE_BUY, 10).request.flags = CTSP_REQ_CLOSE_FLAG;
    EXPECT_EQ(scene.decide(restricted), Refusal::close_only);
}

TEST(DecideTrade, a_stranger_s_position_is_no_position) {
    Scene scene(CTSP_MARGIN_NETTING);
    scene.holds(5, CTSP_SIDE_BUY, 100).asks(CTSP_SIDE_SELL, 50, 5);
    scene.position.login = login + 1;
    EXPECT_EQ(scene.decide(restricted), Refusal::position_gone);
}

RC_GTEST_PROP(CloseOnly, netting_passes_exactly_what_reduces, ()) {
    const bool has = *rc::gen::arbitrary<bool>();
    const auto held = *rc::gen::inRange<std::uint64_t>(0, 6);
    const auto asked = *rc::gen::inRange<std::uint64_t>(0, 8);
    const auto side = *rc::gen::inRange<std::uint8_t>(0, 2);
    const auto against = *rc::gen::inRange<std::uint8_t>(0, 2);
    Scene scene(*rc::gen::element<std::uint8_t>(CTSP_MARGIN_NETTING, CTSP_MARGIN_EXCHANGE));
    if (has)
        scene.holds(5, side, held);
    scene.asks(against, asked).request.flags = *rc::gen::arbitrary<std::uint32_t>();
    const std::int64_t before = !has                    ? 0
                                : side == CTSP_SIDE_BUY ? std::int64_t(held)
                                                        : -std::int64_t(held);
    const std::int64_t step = against == CTSP_SIDE_BUY ? std::int64_t(asked) : -std::int64_t(asked);
    const bool reduces = before != 0 && step != 0 && (before > 0) != (step > 0) &&
                         std::abs(step) <= std::abs(before);
    RC_ASSERT((scene.decide(restricted) == Refusal::none) == reduces);
    RC_ASSERT((scene.decide(unknown) == Refusal::none) == reduces);
}

RC_GTEST_PROP(CloseOnly, hedging_passes_only_an_aimed_opposite_request_within_the_ticket, ()) {
    const auto held = *rc::gen::inRange<std::uint64_t>(0, 6);
    const auto asked = *rc::gen::inRange<std::uint64_t>(0, 8);
    const auto side = *rc::gen::inRange<std::uint8_t>(0, 2);
    const auto against = *rc::gen::inRange<std::uint8_t>(0, 2);
    const auto aim = *rc::gen::element<std::uint64_t>(0, 5, 6);
    const bool same_symbol = *rc::gen::arbitrary<bool>();
    Scene scene(CTSP_MARGIN_HEDGING);
    scene.holds(5, side, held).asks(against, asked, aim);
    if (!same_symbol)
        std::strcpy(scene.request.symbol, "GBPUSD");
    scene.request.flags = *rc::gen::arbitrary<std::uint32_t>();
    const bool reduces =
        aim == 5 && same_symbol && held > 0 && side != against && asked > 0 && asked <= held;
    RC_ASSERT((scene.decide(restricted) == Refusal::none) == reduces);
}

RC_GTEST_PROP(CloseOnly, close_by_needs_two_live_opposite_tickets_of_one_symbol, ()) {
    const auto one = *rc::gen::inRange<std::uint64_t>(0, 3);
    const auto other = *rc::gen::inRange<std::uint64_t>(0, 3);
    const auto side = *rc::gen::inRange<std::uint8_t>(0, 2);
    const auto against = *rc::gen::inRange<std::uint8_t>(0, 2);
    const bool same_ticket = *rc::gen::arbitrary<bool>();
    const bool same_symbol = *rc::gen::arbitrary<bool>();
    const bool there = *rc::gen::arbitrary<bool>();
    Scene scene(CTSP_MARGIN_HEDGING, CTSP_ACT_CLOSE_BY);
    scene.holds(5, side, one);
    if (there)
        scene.holds_too(same_ticket ? 5 : 6, against, other);
    if (!same_symbol)
        std::strcpy(scene.position_by.symbol, "GBPUSD");
    const bool reduces =
        there && one > 0 && other > 0 && side != against && !same_ticket && same_symbol;
    RC_ASSERT((scene.decide(restricted) == Refusal::none) == reduces);
}

TEST(DecideTrade, an_oversized_close_is_named_and_never_clamped) {
    Scene scene(CTSP_MARGIN_HEDGING);
    scene.holds(5, CTSP_SIDE_BUY, 100).asks(CTSP_SIDE_SELL, 101, 5);
    EXPECT_EQ(scene.decide(restricted), Refusal::close_volume);
}

TEST(DecideTrade, closing_one_leg_of_a_hedge_passes) {
    Scene scene(CTSP_MARGIN_HEDGING);
    scene.holds(5, CTSP_SIDE_BUY, 100).asks(CTSP_SIDE_SELL, 100, 5);
    EXPECT_EQ(scene.decide(restricted), Refusal::none);
}

ctsp_request funds(std::uint32_t action, std::int64_t amount) {
    ctsp_request request{};
    request.size = sizeof request;
    request.action = action;
    request.login = login;
    request.amount = amount;
    request.deal_kind = CTSP_DEAL_BALANCE;
    return request;
}

Refusal decide_balance(std::int64_t amount, const GateTable::View& policy,
                       Ordered ordered = Ordered::by_nobody) {
    ctsp_user user{};
    user.login = login;
    user.balance = 1'000'00;
    return decide_funds(funds(CTSP_ACT_BALANCE, amount), &user, policy, ordered);
}

TEST(DecideFunds, a_debit_needs_the_right_to_withdraw) {
    EXPECT_EQ(decide_balance(-1, allowed), Refusal::none);
    EXPECT_EQ(decide_balance(-1, restricted), Refusal::withdraw_forbidden);
    EXPECT_EQ(decide_balance(-1, unknown), Refusal::no_policy);
    EXPECT_EQ(decide_balance(-1, policy_of(exits_only, Reason::frozen)), Refusal::frozen);
    EXPECT_EQ(decide_balance(INT64_MIN, restricted), Refusal::withdraw_forbidden);
}

TEST(DecideFunds, a_credit_needs_the_right_to_deposit_where_there_is_a_policy) {
    EXPECT_EQ(decide_balance(1, allowed), Refusal::none);
    EXPECT_EQ(decide_balance(1, unknown), Refusal::none);
    EXPECT_EQ(decide_balance(1, policy_of(Rights::none(), Reason::account_closed)),
              Refusal::deposit_forbidden);
}

TEST(DecideFunds, a_transfer_debits_the_payer_whatever_its_sign) {
    const auto rights = Rights::all().without(Right::transfer);
    for (const std::int64_t amount : {5, -5})
        EXPECT_EQ(decide_funds(funds(CTSP_ACT_TRANSFER, amount), nullptr,
                               policy_of(rights, Reason::none), Ordered::by_nobody),
                  Refusal::transfer_forbidden);
}

TEST(DecideFunds, an_office_command_passes_and_a_false_one_does_not) {
    EXPECT_EQ(decide_balance(1, restricted, Ordered::by_the_office), Refusal::none);
    EXPECT_EQ(decide_balance(-1, allowed, Ordered::by_the_office), Refusal::none);
    EXPECT_EQ(decide_balance(-1, restricted, Ordered::by_the_office), Refusal::withdraw_forbidden)
        << "a restriction has overtaken it";
    auto credit = funds(CTSP_ACT_BALANCE, -1);
    credit.deal_kind = CTSP_DEAL_CREDIT;
    EXPECT_EQ(decide_funds(credit, nullptr, restricted, Ordered::by_the_office), Refusal::none);
    EXPECT_EQ(decide_balance(-1, allowed, Ordered::mismatched), Refusal::command_mismatch);
    EXPECT_EQ(decide_balance(1, allowed, Ordered::mismatched), Refusal::command_mismatch);
}

RC_GTEST_PROP(DecideFunds, a_debit_never_reaches_into_the_reserved_amount, ()) {
    const auto reserved = *rc::gen::inRange<std::int64_t>(0, 1000);
    const auto balance = *rc::gen::inRange<std::int64_t>(-200, 1200);
    const auto debit = *rc::gen::inRange<std::int64_t>(1, 1200);
    GateTable table(16);
    table.publish({Login{login}, 1, Rights::all(), Reason::none, 0, reserved});
    ctsp_user user{};
    user.login = login;
    user.balance = balance;
    const Refusal refusal = decide_funds(funds(CTSP_ACT_BALANCE, -debit), &user,
                                         table.find(Login{login}), Ordered::by_nobody);
    const bool reaches = reserved > 0 && balance - debit < reserved;
    RC_ASSERT(refusal == (reaches ? Refusal::reserved_amount : Refusal::none));
}

struct Change {
    ctsp_user before{}, after{};
    ctsp_user_change change{};
    Change() {
        before.login = after.login = login;
        before.leverage_x100 = after.leverage_x100 = 100'00;
        std::strcpy(before.group, "real/standard");
        std::strcpy(after.group, "real/standard");
        change.size = sizeof change;
        change.before = &before;
        change.after = &after;
    }
    Change(const Change&) = delete;
};

TEST(DecideUserChange, leverage_rises_to_the_cap_only) {
    GateTable table(16);
    table.publish({Login{login}, 1, Rights::all(), Reason::none, 200'00, 0});
    Change change;
    const auto decide = [&](std::uint32_t leverage) {
        change.after.leverage_x100 = leverage;
        return decide_user_change(change.change, table.find(Login{login}), Ordered::by_nobody);
    };
    EXPECT_EQ(decide(200'00), Refusal::none);
    EXPECT_EQ(decide(200'01), Refusal::leverage_cap);
    change.before.leverage_x100 = 500'00;
    EXPECT_EQ(decide(400'00), Refusal::none) << "lower than it was, if still above the cap";
}

TEST(DecideUserChange, a_group_move_is_the_office_s_to_order) {
    Change change;
    std::strcpy(change.after.group, "real/vip");
    EXPECT_EQ(decide_user_change(change.change, allowed, Ordered::by_nobody),
              Refusal::group_not_ordered);
    EXPECT_EQ(decide_user_change(change.change, allowed, Ordered::by_the_office), Refusal::none);
    EXPECT_EQ(decide_user_change(change.change, allowed, Ordered::mismatched),
              Refusal::command_mismatch);
    EXPECT_EQ(decide_user_change(change.change, unknown, Ordered::by_nobody), Refusal::none);
}

TEST(DecideLogin, needs_the_right_to_connect_and_lets_strangers_in) {
    EXPECT_EQ(decide_login(allowed), Refusal::none);
    EXPECT_EQ(decide_login(unknown), Refusal::none);
    EXPECT_EQ(decide_login(policy_of(Rights::all().without(Right::connect), Reason::restricted)),
              Refusal::login_forbidden);
}

TEST(RejectCode, every_refusal_has_a_code_that_objects) {
    EXPECT_EQ(reject_code(Refusal::none), std::uint32_t(CTSP_RJ_NONE));
    for (std::uint8_t refusal = 1; refusal < refusal_count; ++refusal)
        EXPECT_NE(reject_code(static_cast<Refusal>(refusal)), std::uint32_t(CTSP_RJ_NONE));
}

}  // namespace
}  // namespace cambist::plugin
