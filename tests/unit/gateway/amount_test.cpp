#include "gateway/http/amount.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

TEST(Amount, reads_exactly_into_minor_units) {
    EXPECT_EQ(parse_amount("12.34", 2, AmountSign::positive), 1234);
    EXPECT_EQ(parse_amount("12", 2, AmountSign::positive), 1200);
    EXPECT_EQ(parse_amount("12.3", 2, AmountSign::positive), 1230);
    EXPECT_EQ(parse_amount("0.01", 2, AmountSign::positive), 1);
    EXPECT_EQ(parse_amount("100", 0, AmountSign::positive), 100);
    EXPECT_EQ(parse_amount("0", 2, AmountSign::positive_or_zero), 0);
    EXPECT_EQ(parse_amount("-12.34", 2, AmountSign::not_zero), -1234);
    EXPECT_EQ(parse_amount("92233720368547758.07", 2, AmountSign::positive), INT64_MAX);
    EXPECT_EQ(parse_amount("-92233720368547758.08", 2, AmountSign::not_zero), INT64_MIN);
}

TEST(Amount, is_written_as_it_is_read) {
    for (const std::int64_t minor :
         {INT64_MIN, INT64_MIN + 1, std::int64_t{-105}, std::int64_t{-5}, std::int64_t{1},
          std::int64_t{99}, std::int64_t{100}, INT64_MAX})
        for (const int digits : {0, 2, 3, 8})
            EXPECT_EQ(parse_amount(amount_text(minor, digits), digits, AmountSign::not_zero), minor)
                << minor << " with " << digits;
    EXPECT_EQ(amount_text(-5, 2), "-0.05");
    EXPECT_EQ(amount_text(0, 2), "0.00");
    EXPECT_EQ(amount_text(7, 0), "7");
}

struct BadAmount {
    const char* name;
    const char* text;
    int digits;
    AmountSign sign;
    const char* code;
};

class BadAmounts : public ::testing::TestWithParam<BadAmount> {};

TEST_P(BadAmounts, are_refused_by_name_and_never_rounded) {
    const auto& row = GetParam();
    const auto minor = parse_amount(row.text, row.digits, row.sign);
    ASSERT_FALSE(minor);
    EXPECT_EQ(minor.error(), row.code);
}

constexpr auto positive = AmountSign::positive;
INSTANTIATE_TEST_SUITE_P(
    Amount, BadAmounts,
    ::testing::Values(
        BadAmount{"too_precise", "1.005", 2, positive, "amount_too_precise"},
        BadAmount{"yen_with_fraction", "0.001", 0, positive, "amount_too_precise"},
        BadAmount{"zero", "0", 2, positive, "amount_zero"},
        BadAmount{"zero_with_fraction", "0.00", 2, AmountSign::not_zero, "amount_zero"},
        BadAmount{"negative", "-1", 2, positive, "amount_negative"},
        BadAmount{"negative_where_zero_is_allowed", "-1", 2, AmountSign::positive_or_zero,
                  "amount_negative"},
        BadAmount{"negative_zero", "-0", 2, AmountSign::not_zero, "amount_malformed"},
        BadAmount{"exponent", "1e2", 2, positive, "amount_malformed"},
        BadAmount{"comma", "1,00", 2, positive, "amount_malformed"},
        BadAmount{"leading_space", " 1", 2, positive, "amount_malformed"},
        BadAmount{"trailing_space", "1 ", 2, positive, "amount_malformed"},
        BadAmount{"plus", "+1", 2, positive, "amount_malformed"},
        BadAmount{"leading_zero", "01", 2, positive, "amount_malformed"},
        BadAmount{"no_whole_part", ".5", 2, positive, "amount_malformed"},
        BadAmount{"no_fraction", "5.", 2, positive, "amount_malformed"},
        BadAmount{"two_points", "1.2.3", 2, positive, "amount_malformed"},
        BadAmount{"full_width", "\uff11", 2, positive, "amount_malformed"},
        BadAmount{"nothing", "", 2, positive, "amount_malformed"},
        BadAmount{"minus_alone", "-", 2, AmountSign::not_zero, "amount_malformed"},
        BadAmount{"nan", "NaN", 2, positive, "amount_malformed"},
        BadAmount{"thousands", "1_000", 2, positive, "amount_malformed"},
        BadAmount{"beyond_int64", "92233720368547758.08", 2, positive, "amount_too_large"},
        BadAmount{"sixty_digits", "100000000000000000000000000000000000000000000000000000000000", 2,
                  positive, "amount_too_large"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace cambist::gateway
