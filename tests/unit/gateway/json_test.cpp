#include "gateway/http/json.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>

namespace cambist::gateway {
namespace {

TEST(Json, reads_what_is_well_formed) {
    const auto value = parse_json(R"( {"a":[1,"x\u20ac",true,null],"b":{"a":-5}} )");
    ASSERT_TRUE(value);
    EXPECT_EQ(boost::json::serialize(*value), "{\"a\":[1,\"x\u20ac\",true,null],\"b\":{\"a\":-5}}");
}

TEST(Json, takes_sixteen_levels) {
    EXPECT_TRUE(parse_json(std::string(16, '[') + std::string(16, ']')));
}

struct BadJson {
    const char* name;
    std::string text;
    const char* detail;
};

class BadJsons : public ::testing::TestWithParam<BadJson> {};

TEST_P(BadJsons, are_bad_json) {
    const auto value = parse_json(GetParam().text);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().status, 400);
    EXPECT_EQ(value.error().code, "bad_json");
    EXPECT_EQ(value.error().detail, GetParam().detail);
}

INSTANTIATE_TEST_SUITE_P(
    Json, BadJsons,
    ::testing::Values(
        BadJson{"empty", "", "the text ends too early"},
        BadJson{"cut", "{\"a\":", "the text ends too early"},
        BadJson{"too_deep", std::string(17, '[') + std::string(17, ']'), "deeper than 16 levels"},
        BadJson{"very_deep", std::string(100'000, '['), "deeper than 16 levels"},
        BadJson{"key_twice", R"({"a":1,"a":2})", "an object names a key twice"},
        BadJson{"escaped_key_twice", R"({"a":1,"\u0061":2})", "an object names a key twice"},
        BadJson{"inner_key_twice", R"([{"b":{"a":1,"a":1}}])", "an object names a key twice"},
        BadJson{"trailing_comma", R"({"a":1,})", "not JSON"},
        BadJson{"comment", "{/* */}", "not JSON"}, BadJson{"single_quotes", "{'a':1}", "not JSON"},
        BadJson{"byte_order_mark", "\xef\xbb\xbf{}", "a byte order mark"},
        BadJson{"second_value", "{} {}", "something follows the value"},
        BadJson{"nul_after", std::string("{}\0", 3), "something follows the value"},
        BadJson{"lone_leading_surrogate", R"(["\ud800"])", "not JSON"},
        BadJson{"surrogate_and_letter", R"(["\ud800\u0061"])", "half of a surrogate pair"},
        BadJson{"lone_trailing_surrogate", R"(["\udc00"])", "half of a surrogate pair"},
        BadJson{"raw_surrogate", "[\"\xed\xa0\x80\"]", "not UTF-8"},
        BadJson{"overlong", "[\"\xc0\xaf\"]", "not UTF-8"},
        BadJson{"latin_1", "[\"\xe9\"]", "not UTF-8"},
        BadJson{"raw_control", "[\"a\nb\"]", "not JSON"}, BadJson{"nan", "[NaN]", "not JSON"},
        BadJson{"infinity", "[Infinity]", "not JSON"}, BadJson{"leading_zero", "[01]", "not JSON"},
        BadJson{"plus", "[+1]", "not JSON"}, BadJson{"bare_point", "[.5]", "not JSON"},
        BadJson{"hexadecimal", "[0x10]", "not JSON"}),
    [](const auto& row) { return row.param.name; });

TEST(Json, a_number_of_any_length_is_read_and_is_no_integer) {
    const auto value = parse_json("[1" + std::string(400, '0') + ",1e400,9223372036854775808]");
    ASSERT_TRUE(value);
    for (const auto& number : value->as_array())
        EXPECT_FALSE(number.is_int64());
}

}  // namespace
}  // namespace cambist::gateway
