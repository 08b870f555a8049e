#include "gateway/http/etag.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

Headers with(const std::string& name, std::initializer_list<std::string> values) {
    Headers headers;
    for (const auto& value : values)
        headers.add(name, value);
    return headers;
}

TEST(ETag, of_a_body_changes_with_every_byte_and_with_nothing_else) {
    const auto etag = etag_of_body("{\"a\":1}");
    EXPECT_EQ(etag, etag_of_body("{\"a\":1}"));
    EXPECT_NE(etag, etag_of_body("{\"a\":2}"));
    EXPECT_EQ(etag.size(), 24u);
    EXPECT_EQ(etag.front(), '"');
    EXPECT_EQ(etag.back(), '"');
}

TEST(ETag, is_known_by_itself_in_a_list_weakly_or_by_a_star) {
    for (const std::string known :
         {"\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "\"v0\" ,\t\"v1\"", "*"})
        EXPECT_TRUE(is_known_to_client(with("if-none-match", {known}), "\"v1\"")) << known;
    for (const std::string other : {"\"v2\"", "v1", "", "\"v0\", \"v2\"", "\"v1", ","})
        EXPECT_FALSE(is_known_to_client(with("If-None-Match", {other}), "\"v1\"")) << other;
    EXPECT_FALSE(is_known_to_client({}, "\"v1\""));
    EXPECT_FALSE(is_known_to_client(with("If-None-Match", {"\"v1\"", "\"v1\""}), "\"v1\""));
}

TEST(ETag, looked_at_is_one_strong_etag_or_none) {
    EXPECT_EQ(etag_looked_at({}).value(), std::nullopt);
    EXPECT_EQ(etag_looked_at(with("If-Match", {"\"v1-2\""})).value(), "\"v1-2\"");
    for (const std::string bad :
         {"", "*", "W/\"v1\"", "v1", "\"\"", "\"v1\", \"v2\"", "\"a b\"", "\"\xc3\xa9\""})
        EXPECT_EQ(etag_looked_at(with("If-Match", {bad})).error().code, "bad_if_match") << bad;
    EXPECT_FALSE(etag_looked_at(with("If-Match", {"\"v1\"", "\"v1\""})));
    EXPECT_FALSE(etag_looked_at(with("If-Match", {'"' + std::string(200, 'a') + '"'})));
}

}  // namespace
}  // namespace cambist::gateway
