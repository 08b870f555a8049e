#include "gateway/auth/cookies.hpp"

#include <gtest/gtest.h>

#include "office/staff/session.hpp"

namespace cambist::gateway {
namespace {

const std::string name(office::session_cookie), token(64, 'a');

auto token_in(std::initializer_list<std::string> fields) {
    Headers headers;
    for (const auto& field : fields)
        headers.add("Cookie", field);
    return token_in_cookie(headers, name);
}

/// The token read; empty when there is none of ours' form.
std::string read(std::initializer_list<std::string> fields) {
    const auto found = token_in(fields);
    return found && *found ? (*found)->text : "";
}

TEST(Cookies, are_bound_to_this_host_and_tls_and_kept_from_scripts_and_other_sites) {
    EXPECT_EQ(cookie_text(name, token, std::nullopt),
              name + "=" + token + "; Path=/; Secure; HttpOnly; SameSite=Strict");
    EXPECT_EQ(cookie_text(name, token, std::chrono::hours(1)),
              name + "=" + token + "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=3600");
    EXPECT_EQ(cookie_text(name, "", std::chrono::seconds(0)),
              name + "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    for (const auto cookie : {office::session_cookie, office::device_cookie})
        EXPECT_TRUE(cookie.starts_with("__Host-")) << cookie;
}

TEST(Cookies, are_found_among_others) {
    const std::string pair = name + "=" + token;
    EXPECT_EQ(read({pair}), token);
    EXPECT_EQ(read({"a=b; " + pair + ";c=d"}), token);
    EXPECT_EQ(read({"a=b", "  " + pair + " "}), token);
    EXPECT_EQ(read({}), "");
    EXPECT_EQ(read({"x" + pair}), "");
    EXPECT_EQ(read({"a=" + pair}), "");
    EXPECT_EQ(read({"__host-cambist_session=" + token}), "");
}

TEST(Cookies, hold_a_token_and_nothing_else) {
    for (const std::string& value :
         {std::string(), token + "a", token.substr(1), "\"" + token + "\"", std::string(64, 'A'),
          std::string(64, 'g'), token + "=" + token})
        EXPECT_EQ(read({name + "=" + value}), "") << value;
}

TEST(Cookies, of_ours_are_there_once) {
    const std::string pair = name + "=" + token;
    for (const auto& found :
         {token_in({pair + "; " + pair}), token_in({pair, pair}),
          token_in({pair + ";" + name + "="}), token_in({name + "=; " + pair})}) {
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().status, 400);
        EXPECT_EQ(found.error().code, "bad_cookie");
    }
}

}  // namespace
}  // namespace cambist::gateway
