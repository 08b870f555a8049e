#include "sim/trading_server/fills.hpp"

#include <gtest/gtest.h>

#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/world.hpp"

namespace cambist::sim {
namespace {

constexpr uint64_t kLot = CTSP_VOLUME_PER_LOT;

class Fills : public testing::Test {
  protected:
    Fills() {
        account.user.currency_digits = 2;
        account.user.balance = 1'000'000;
        fill.symbol = symbol_for("EURUSD", 5);
        fill.rate_e8 = kE8;
    }

    Fill& order(uint8_t side, uint64_t volume, int64_t bid, int64_t ask) {
        fill.side = side;
        fill.volume = volume;
        fill.quote = {bid, ask};
        fill.order = ++ticket;
        return fill;
    }

    const ctsp_deal& last() const { return batch.deals.back().record; }

    Account account;
    Fill fill;
    Batch batch;
    uint64_t ticket = 0;
};

TEST_F(Fills, a_buy_opens_at_the_ask_and_closes_at_the_bid) {
    fill_netting(account, order(CTSP_SIDE_BUY, kLot, 139'000, 139'010), batch);
    ASSERT_EQ(account.positions.size(), 1u);
    EXPECT_EQ(account.positions[0].price_open, 139'010);
    fill_netting(account, order(CTSP_SIDE_SELL, kLot, 139'110, 139'120), batch);
    EXPECT_TRUE(account.positions.empty());
    EXPECT_EQ(last().entry, CTSP_ENTRY_OUT);
    EXPECT_EQ(last().profit, 10'000);
    EXPECT_EQ(account.user.balance, 1'010'000);
}

TEST_F(Fills, netting_averages_the_open_price) {
    fill_netting(account, order(CTSP_SIDE_BUY, kLot, 139'000, 139'000), batch);
    fill_netting(account, order(CTSP_SIDE_BUY, kLot, 139'100, 139'100), batch);
    ASSERT_EQ(account.positions.size(), 1u);
    EXPECT_EQ(account.positions[0].price_open, 139'050);
    EXPECT_EQ(account.positions[0].volume, 2 * kLot);
    EXPECT_EQ(account.positions[0].version, 2u);
}

TEST_F(Fills, netting_reverses_when_more_is_sold_than_held) {
    fill_netting(account, order(CTSP_SIDE_BUY, kLot, 139'000, 139'000), batch);
    fill_netting(account, order(CTSP_SIDE_SELL, 3 * kLot, 139'010, 139'020), batch);
    ASSERT_EQ(account.positions.size(), 1u);
    EXPECT_EQ(account.positions[0].side, CTSP_SIDE_SELL);
    EXPECT_EQ(account.positions[0].volume, 2 * kLot);
    EXPECT_EQ(last().entry, CTSP_ENTRY_INOUT);
    EXPECT_EQ(last().volume_closed, kLot);
    EXPECT_EQ(last().profit, 1'000);
}

TEST_F(Fills, hedging_keeps_both_sides) {
    fill_opening(account, order(CTSP_SIDE_BUY, kLot, 139'000, 139'010), batch);
    fill_opening(account, order(CTSP_SIDE_SELL, kLot, 139'000, 139'010), batch);
    EXPECT_EQ(account.positions.size(), 2u);
}

TEST_F(Fills, a_partial_close_leaves_the_rest) {
    fill_opening(account, order(CTSP_SIDE_SELL, kLot, 139'000, 139'010), batch);
    fill_closing(account, account.positions[0], order(CTSP_SIDE_BUY, kLot / 4, 138'900, 138'900),
                 batch);
    ASSERT_EQ(account.positions.size(), 1u);
    EXPECT_EQ(account.positions[0].volume, kLot * 3 / 4);
    EXPECT_EQ(last().profit, 2'500);
}

TEST_F(Fills, close_by_settles_two_legs_at_the_others_open_price) {
    fill_opening(account, order(CTSP_SIDE_BUY, kLot, 139'000, 139'000), batch);
    fill_opening(account, order(CTSP_SIDE_SELL, kLot / 2, 139'100, 139'100), batch);
    fill_close_by(account, account.positions[0], account.positions[1],
                  order(CTSP_SIDE_BUY, 0, 140'000, 140'000), batch);
    ASSERT_EQ(account.positions.size(), 1u);
    EXPECT_EQ(account.positions[0].volume, kLot / 2);
    EXPECT_EQ(account.user.balance, 1'005'000);
    EXPECT_EQ(last().entry, CTSP_ENTRY_OUT_BY);
    EXPECT_EQ(last().profit, 0);
}

TEST_F(Fills, commission_is_charged_on_every_fill) {
    fill.commission_per_lot = 350;
    fill_netting(account, order(CTSP_SIDE_BUY, kLot / 2, 139'000, 139'000), batch);
    EXPECT_EQ(last().commission, -175);
    EXPECT_EQ(account.user.balance, 1'000'000 - 175);
}

TEST_F(Fills, credit_moves_credit_and_nothing_else) {
    ctsp_deal deal{};
    deal.kind = CTSP_DEAL_CREDIT;
    deal.profit = 500;
    book_money(account.user, deal);
    EXPECT_EQ(account.user.credit, 500);
    EXPECT_EQ(account.user.balance, 1'000'000);
}

}  // namespace
}  // namespace cambist::sim
