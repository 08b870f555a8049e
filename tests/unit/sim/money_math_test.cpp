#include "sim/trading_server/money_math.hpp"

#include <gtest/gtest.h>

namespace cambist::sim {
namespace {

constexpr uint64_t kLot = 100'000'000;
constexpr int64_t kContract = 100'000 * kE8;

TEST(MoneyMath, rounds_half_away_from_zero) {
    EXPECT_EQ(static_cast<int64_t>(divide_rounded(5, 2)), 3);
    EXPECT_EQ(static_cast<int64_t>(divide_rounded(-5, 2)), -3);
    EXPECT_EQ(static_cast<int64_t>(divide_rounded(-4, 3)), -1);
}

TEST(MoneyMath, one_point_of_a_lot_is_one_dollar) {
    EXPECT_EQ(gain(1, kLot, kContract, 5, kE8, 2), 100);
    EXPECT_EQ(gain(-25, kLot / 100, kContract, 5, kE8, 2), -25);
}

TEST(MoneyMath, gains_in_accounts_of_none_and_eight_digits) {
    EXPECT_EQ(gain(100, kLot, kContract, 5, 92 * kE8, 0), 9'200);
    EXPECT_EQ(gain(100, kLot, kContract, 5, 2'000, 8), 200'000);
}

TEST(MoneyMath, a_thousand_lots_of_a_dear_metal_do_not_overflow) {
    EXPECT_EQ(gain(10'000'000, 1'000 * kLot, kContract, 2, kE8, 2), 1'000'000'000'000'000);
}

TEST(MoneyMath, worth_of_a_lot_in_the_account_currency) {
    EXPECT_EQ(worth(kLot, kContract, 139'147'000, 2), 13'914'700);
}

TEST(MoneyMath, reads_plain_decimals_alone) {
    EXPECT_EQ(parse_decimal("1.39147", 5), 139'147);
    EXPECT_EQ(parse_decimal("91", 3), 91'000);
    for (const char* wrong :
         {"", ".", "-1.0", "1e5", "1.2.3", "1.391471", "nan", "99999999999999999999", " 1"})
        EXPECT_FALSE(parse_decimal(wrong, 5)) << wrong;
}

}  // namespace
}  // namespace cambist::sim
