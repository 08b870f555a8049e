#include "gateway/http/csv.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

TEST(Csv, a_line_ends_as_rfc_4180_says) {
    EXPECT_EQ(csv_line({"a", "", "b"}), "a,,b\r\n");
}

TEST(Csv, what_would_break_the_line_is_quoted) {
    EXPECT_EQ(csv_line({"a,b", "say \"x\"", "c\nd"}), "\"a,b\",\"say \"\"x\"\"\",\"c\nd\"\r\n");
}

TEST(Csv, what_looks_like_a_formula_begins_with_an_apostrophe) {
    for (const std::string text : {"=1", "+1", "-1", "@x"})
        EXPECT_EQ(csv_line({text}), "'" + text + "\r\n");
}

}  // namespace
}  // namespace cambist::gateway
