#include "gateway/http/target.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

TEST(Target, reads_segments_and_parameters_decoded) {
    const auto target = parse_target("/v1/accounts/1/%37?limit=10&after=a%20b%2B+");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "accounts", "1", "7"}));
    EXPECT_EQ(*target->parameter("limit"), "10");
    EXPECT_EQ(*target->parameter("after"), "a b++");
    EXPECT_EQ(target->parameter("before"), nullptr);
}

TEST(Target, the_root_has_no_segments) {
    const auto target = parse_target("/?");
    ASSERT_TRUE(target);
    EXPECT_TRUE(target->segments.empty());
    EXPECT_TRUE(target->query.empty());
}

struct BadTarget {
    const char* name;
    std::string text;
    const char* code;
};

class BadTargets : public ::testing::TestWithParam<BadTarget> {};

TEST_P(BadTargets, are_refused_with_their_code) {
    const auto target = parse_target(GetParam().text);
    ASSERT_FALSE(target);
    EXPECT_EQ(target.error(), GetParam().code);
}

std::string many_parameters() {
    std::string text = "/v1?";
    for (char a = 'a'; a <= 'z'; ++a)
        for (char b = 'a'; b <= 'z'; ++b)
            text += std::string("k_") + a + b + "=1&";
    return text + "last=1";
}

std::string many_segments() {
    std::string text;
    for (int i = 0; i < 17; ++i)
        text += "/a";
    return text;
}

INSTANTIATE_TEST_SUITE_P(
    Target, BadTargets,
    ::testing::Values(BadTarget{"empty", "", "bad_target"},
                      BadTarget{"absolute_form", "http://other.example/v1", "bad_target"},
                      BadTarget{"asterisk", "*", "bad_target"},
                      BadTarget{"fragment", "/v1#a", "bad_target"},
                      BadTarget{"raw_utf8", "/v1/\xc3\xa9", "bad_target"},
                      BadTarget{"raw_control", "/v1/\x01", "bad_target"},
                      BadTarget{"dot_dot", "/v1/../etc", "bad_path"},
                      BadTarget{"dot_dot_encoded", "/v1/%2e%2e/etc", "bad_path"},
                      BadTarget{"dot", "/v1/./servers", "bad_path"},
                      BadTarget{"empty_segment", "/v1//servers", "bad_path"},
                      BadTarget{"trailing_slash", "/v1/", "bad_path"},
                      BadTarget{"encoded_slash", "/v1/a%2fb", "bad_path"},
                      BadTarget{"backslash", "/v1/a%5cb", "bad_path"},
                      BadTarget{"semicolon", "/v1/servers;jsession=1", "bad_path"},
                      BadTarget{"double_encoding", "/v1/%252e%252e", "bad_path"},
                      BadTarget{"too_many_segments", many_segments(), "bad_path"},
                      BadTarget{"cut_escape", "/v1/%2", "bad_percent_encoding"},
                      BadTarget{"escape_of_no_digits", "/v1/%zz", "bad_percent_encoding"},
                      BadTarget{"nul", "/v1/a%00", "bad_percent_encoding"},
                      BadTarget{"line_feed", "/v1/servers?after=%0a", "bad_percent_encoding"},
                      BadTarget{"overlong_slash", "/v1/%c0%af", "bad_percent_encoding"},
                      BadTarget{"surrogate", "/v1/%ed%a0%80", "bad_percent_encoding"},
                      BadTarget{"lone_continuation", "/v1?a=%80", "bad_percent_encoding"},
                      BadTarget{"key_twice", "/v1?limit=1&limit=2", "duplicate_parameter"},
                      BadTarget{"array_key", "/v1?a[]=1", "bad_query"},
                      BadTarget{"key_without_value", "/v1?limit", "bad_query"},
                      BadTarget{"empty_pair", "/v1?limit=1&", "bad_query"},
                      BadTarget{"encoded_key", "/v1?l%69mit=1", "bad_query"},
                      BadTarget{"too_many_parameters", many_parameters(), "bad_query"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace cambist::gateway
