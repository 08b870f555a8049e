#include "sim/trading_server/market.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "sim/trading_server/margin.hpp"
#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/triggers.hpp"
#include "sim/trading_server/world.hpp"

namespace cambist::sim {
namespace {

constexpr uint64_t kLot = CTSP_VOLUME_PER_LOT;

class Quoted : public testing::Test {
  protected:
    Quoted() {
        for (const ctsp_symbol& symbol : first_symbols())
            market.put(symbol);
        market.find("EURUSD")->set_quote({139'000, 139'000});
        market.find("USDJPY")->set_quote({92'000, 92'000});
        account.user.currency_digits = 2;
        account.user.leverage_x100 = 10'000;
        account.user.balance = 200'000;
        set_text(account.user.currency, "USD");
    }

    ctsp_position position(uint8_t side, uint64_t volume, int64_t price) {
        ctsp_position made{};
        made.ticket = ++ticket;
        made.side = side;
        made.volume = volume;
        made.price_open = price;
        set_text(made.symbol, "EURUSD");
        return made;
    }

    Market market;
    Account account;
    uint64_t ticket = 0;
};

TEST_F(Quoted, rates_come_direct_inverse_and_through_the_dollar) {
    EXPECT_EQ(market.rate_e8("EUR", "USD"), 139'000'000);
    EXPECT_EQ(market.rate_e8("USD", "EUR"), 71'942'446);
    EXPECT_EQ(market.rate_e8("EUR", "JPY"), 12'788'000'000);
    EXPECT_EQ(market.rate_e8("USD", "USD"), kE8);
    EXPECT_FALSE(market.rate_e8("USD", "BTC"));
}

TEST_F(Quoted, equity_is_balance_and_credit_and_what_floats) {
    account.user.credit = 1'000;
    account.positions.push_back(position(CTSP_SIDE_BUY, kLot, 138'900));
    const ctsp_account figures = figures_of(account, market);
    EXPECT_EQ(figures.floating, 10'000);
    EXPECT_EQ(figures.equity, 211'000);
    EXPECT_EQ(figures.margin, 139'000);
    EXPECT_EQ(figures.margin_free, 72'000);
    EXPECT_EQ(figures.margin_level_bp, 15'180);
}

TEST_F(Quoted, a_hedged_pair_binds_the_larger_leg_alone) {
    account.positions.push_back(position(CTSP_SIDE_BUY, kLot, 139'000));
    account.positions.push_back(position(CTSP_SIDE_SELL, kLot / 2, 139'000));
    EXPECT_EQ(figures_of(account, market).margin, 139'000);
}

TEST_F(Quoted, without_positions_the_margin_level_is_infinite) {
    EXPECT_EQ(figures_of(account, market).margin_level_bp, std::numeric_limits<int64_t>::max());
}

TEST_F(Quoted, triggers_fire_once_in_the_direction_of_the_price) {
    Triggers triggers;
    ctsp_position held = position(CTSP_SIDE_BUY, kLot, 139'000);
    held.sl = 138'900;
    held.tp = 139'100;
    triggers.watch(held);
    EXPECT_TRUE(triggers.reached("EURUSD", {138'950, 138'960}).empty());
    const auto fired = triggers.reached("EURUSD", {138'900, 138'910});
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(fired[0].kind, Trigger::Kind::stop_loss);
    EXPECT_TRUE(triggers.reached("EURUSD", {138'800, 138'810}).empty());
    EXPECT_EQ(triggers.reached("EURUSD", {139'100, 139'110}).size(), 1u);
}

TEST_F(Quoted, pending_orders_fire_as_limit_or_stop) {
    Triggers triggers;
    PendingOrder limit{.ticket = 1, .side = CTSP_SIDE_BUY, .stop = false, .price = 138'000};
    PendingOrder stop{.ticket = 2, .side = CTSP_SIDE_SELL, .stop = true, .price = 138'500};
    for (PendingOrder* order : {&limit, &stop}) {
        set_text(order->symbol, "EURUSD");
        triggers.watch(*order);
    }
    ASSERT_EQ(triggers.reached("EURUSD", {138'500, 138'510}).size(), 1u);
    const auto fired = triggers.reached("EURUSD", {137'990, 138'000});
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(fired[0].ticket, 1u);
}

}  // namespace
}  // namespace cambist::sim
