#include "gateway/http/instant.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {

namespace {

std::int64_t ns(std::string_view text) {
    return instant_of(text).value_or(Instant{-1}).ns;
}

TEST(InstantText, is_a_time_of_rfc_3339_in_any_offset) {
    EXPECT_EQ(ns("1970-01-01T00:00:01Z"), 1'000'000'000);
    EXPECT_EQ(ns("1970-01-01T00:00:00.000000007Z"), 7);
    EXPECT_EQ(ns("1970-01-01T00:00:00.5Z"), 500'000'000);
    EXPECT_EQ(ns("2024-02-29T12:00:00Z"), 1'709'208'000'000'000'000);
    EXPECT_EQ(ns("2024-02-29T14:00:00+02:00"), ns("2024-02-29T12:00:00Z"));
    EXPECT_EQ(ns("2024-02-28T22:30:00-13:30"), ns("2024-02-29T12:00:00Z"));
    EXPECT_TRUE(instant_of("2261-12-31T23:59:59.999999999Z"));
}

TEST(InstantText, is_nothing_else) {
    for (const char* text : {"",
                             "Z",
                             "2024-02-29",
                             "2024-02-29T12:00:00",
                             "2023-02-29T12:00:00Z",
                             "2024-13-01T00:00:00Z",
                             "2024-02-29T24:00:00Z",
                             "2024-02-29T12:60:00Z",
                             "2024-02-29T12:00:60Z",
                             "2024-02-29 12:00:00Z",
                             "2024-02-29T12:00:00.Z",
                             "2024-02-29T12:00:00.1234567890Z",
                             "2024-02-29T12:00:00z",
                             "2024-02-29T12:00:00+2:00",
                             "2024-02-29T12:00:00+24:00",
                             "2024-02-29T12:00:00Z ",
                             "+024-02-29T12:00:00Z",
                             "2262-01-01T00:00:00Z",
                             "1969-12-31T23:59:59Z",
                             "9999-12-31T23:59:59Z"})
        EXPECT_FALSE(instant_of(text)) << text;
}

}  // namespace
}  // namespace cambist::gateway
