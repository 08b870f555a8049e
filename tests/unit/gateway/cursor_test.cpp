#include "gateway/routes/cursor.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

const CursorKey key("a secret that nobody guesses, of any length");

TEST(Cursor, opens_to_the_place_that_was_sealed) {
    for (const std::string place : {"1.1001", "5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10", "7", ""})
        EXPECT_EQ(key.open("/v1/accounts", key.seal("/v1/accounts", place)), place);
}

TEST(Cursor, is_opaque_text_that_needs_no_escaping) {
    const auto cursor = key.seal("/v1/accounts", "1.1001");
    EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_"),
              std::string::npos);
}

TEST(Cursor, is_good_for_its_list_and_filters_alone) {
    const auto cursor = key.seal("/v1/accounts\nserver=1", "1.1001");
    for (const std::string list :
         {"/v1/accounts", "/v1/accounts\nserver=2", "/v1/clients\nserver=1", ""})
        EXPECT_FALSE(key.open(list, cursor)) << list;
    EXPECT_FALSE(key.open("/v1/accounts\nserver=", key.seal("/v1/accounts\nserver=1", ".1001")));
    EXPECT_FALSE(key.open("/v1/a", key.seal("/v1/", "a7"))) << "where one ends and one begins";
}

TEST(Cursor, cannot_be_altered_cut_or_made_up) {
    const std::string list = "/v1/accounts", cursor = key.seal(list, "1.1001");
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto altered = cursor;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(key.open(list, altered)) << i;
        EXPECT_FALSE(key.open(list, cursor.substr(0, i))) << i;
    }
    for (const std::string& made_up :
         {std::string("1.1001"), cursor + "A", cursor + "=", std::string(10'000, 'A'),
          std::string("é"), cursor + std::string(1, '\0')})
        EXPECT_FALSE(key.open(list, made_up)) << made_up;
}

TEST(Cursor, is_read_by_whoever_shares_the_secret_and_nobody_else) {
    const auto cursor = key.seal("/v1/audit", "5.6");
    EXPECT_EQ(CursorKey("a secret that nobody guesses, of any length").open("/v1/audit", cursor),
              "5.6");
    EXPECT_FALSE(CursorKey("another").open("/v1/audit", cursor));
    EXPECT_FALSE(CursorKey::random().open("/v1/audit", cursor));
}

}  // namespace
}  // namespace cambist::gateway
