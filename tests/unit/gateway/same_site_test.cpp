#include "gateway/auth/same_site.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

using Fields = std::initializer_list<std::pair<std::string, std::string>>;

const office::Token session{std::string(64, 'a')};

Headers headers_of(Fields fields) {
    Headers headers;
    headers.add("Host", "desk.example");
    for (const auto& [name, value] : fields)
        headers.add(name, value);
    return headers;
}

bool lets_in(Fields fields, const std::vector<std::string>& origins = {}) {
    return !check_origin(headers_of(fields), origins);
}

bool lets_write(Fields fields) {
    return !check_written_by_us(headers_of(fields), session, {});
}

TEST(SameSite, takes_programs_and_pages_of_the_host_that_is_asked) {
    EXPECT_TRUE(lets_in({}));
    EXPECT_TRUE(lets_in({{"Origin", "https://desk.example"}}));
    EXPECT_TRUE(lets_in({{"Sec-Fetch-Site", "same-origin"}}));
}

TEST(SameSite, takes_no_page_of_another) {
    for (const char* origin : {"https://evil.example", "null", "", "https://", "desk.example",
                               "https://desk.example.", "https://desk.example.evil.example",
                               "https://evil.example/desk.example", "https://desk.example:8443",
                               "https://desk.example@evil.example", "https://DESK.example/"})
        EXPECT_FALSE(lets_in({{"Origin", origin}})) << origin;
    for (const char* site : {"cross-site", "same-site", "none", "", "Same-Origin"})
        EXPECT_FALSE(lets_in({{"Sec-Fetch-Site", site}})) << site;
    EXPECT_FALSE(lets_in({{"Origin", "https://desk.example"}, {"Origin", "https://desk.example"}}));
}

TEST(SameSite, takes_the_named_origins_alone_where_some_are_named) {
    const std::vector<std::string> named{"https://one.example", "https://two.example:8443"};
    EXPECT_TRUE(lets_in({{"Origin", "https://one.example"}}, named));
    EXPECT_TRUE(lets_in({{"Origin", "https://two.example:8443"}}, named));
    EXPECT_FALSE(lets_in({{"Origin", "https://desk.example"}}, named));
    EXPECT_FALSE(lets_in({{"Origin", "http://one.example"}}, named));
}

TEST(SameSite, takes_no_host_that_is_not_named) {
    Headers headers;
    headers.add("Origin", "https://");
    EXPECT_TRUE(check_origin(headers, {}));
    headers.add("Host", "");
    EXPECT_TRUE(check_origin(headers, {}));
}

TEST(SameSite, lets_pages_write_with_the_token_of_their_session) {
    const std::string token = office::csrf_token_of(session);
    EXPECT_TRUE(lets_write({{"X-CSRF-Token", token}}));
    EXPECT_TRUE(lets_write({{"x-csrf-token", token}, {"Origin", "https://desk.example"}}));
    EXPECT_FALSE(lets_write({}));
    EXPECT_FALSE(lets_write({{"X-CSRF-Token", ""}}));
    EXPECT_FALSE(lets_write({{"X-CSRF-Token", token + "0"}}));
    EXPECT_FALSE(lets_write({{"X-CSRF-Token", token.substr(1)}}));
    EXPECT_FALSE(lets_write({{"X-CSRF-Token", session.text}}));
    EXPECT_FALSE(lets_write({{"X-CSRF-Token", office::csrf_token_of({std::string(64, 'b')})}}));
    EXPECT_FALSE(lets_write({{"X-CSRF-Token", token}, {"X-CSRF-Token", token}}));
    EXPECT_FALSE(lets_write({{"X-CSRF-Token", token}, {"Origin", "https://evil.example"}}));
}

}  // namespace
}  // namespace cambist::gateway
