#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "gateway/http/log.hpp"
#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

std::string hex_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string hex;
    for (const unsigned char c : text)
        hex += {digits[c >> 4], digits[c & 15]};
    return hex;
}

/// Everything that people show or are given, by what it is.
using Secrets = std::vector<std::pair<std::string, std::string>>;

class Secret : public ::testing::Test {
  protected:
    TestDatabase database;
    Member ada = add_member(database, "ada", {"support"}),
           root = add_member(database, "root", {"administrator"});
    Secrets secrets;
    std::string recovery_code;

    void keep(const std::string& name, const std::string& secret) {
        ASSERT_GE(secret.size(), 6u) << name;
        secrets.emplace_back(name, secret);
    }
    void keep(const std::string& name, const Browser& browser) {
        keep(name + "'s session", browser.session());
        keep(name + "'s device", browser.device());
        keep(name + "'s token", browser.csrf());
    }
    void make_key(const RunningGateway& gateway, Browser& owner) {
        Browser administrator(gateway);
        ASSERT_EQ(administrator.sign_in(database, root).status, 201);
        keep("root", administrator);
        const auto asked =
            administrator.post("/v1/keys",
                               R"({"name":"n","owner_id":")" + ada.id +
                                   R"(","permissions":["server.read"],"days":1,"reason":"r"})",
                               {{"Idempotency-Key", "k"}});
        const std::string id = text_in(approved(database, asked), "id");
        const auto collected = owner.post("/v1/keys/" + id + "/collect");
        const std::string text = text_in(collected, "key");
        auto client = gateway.client();
        EXPECT_EQ(client.ask("GET", "/v1/servers", {{"Authorization", "Bearer " + text}}).status,
                  200);
        keep("key", text);
        keep("key's secret", text.substr(text.rfind('_') + 1));
    }
    void add_temporary_password(Browser& administrator) {
        administrator.sign_in(database, root);
        const std::string id = test_uuid(10);
        administrator.post("/v1/staff",
                           R"({"id":")" + id + R"(","person_id":")" + test_uuid(11) +
                               R"(","username":"nel","name":"Nel"})",
                           {{"Idempotency-Key", "nel"}});
        keep("temporary password",
             text_in(administrator.post("/v1/staff/" + id + "/temporary-password"),
                     "temporary_password"));
    }
    void renew_second_factor(Browser& browser) {
        const std::string offered = text_in(browser.post("/v1/session/totp"), "secret");
        const auto phone = office::TotpSecret::from_base32(offered).value_or(office::TotpSecret{});
        const auto confirmed = browser.post(
            "/v1/session/totp/confirm",
            R"({"code":")" + office::totp_code(phone, office::totp_step_at(SystemClock().now())) +
                R"("})");
        ASSERT_EQ(confirmed.status, 200) << confirmed.body;
        keep("second factor", offered);
        keep("second factor's bytes",
             {reinterpret_cast<const char*>(phone.bytes.data()), phone.bytes.size()});
        for (const auto& code : boost::json::parse(confirmed.body).at("recovery_codes").as_array())
            keep("recovery code", recovery_code = code.as_string());
    }
    void change_password(Browser& browser) {
        const std::string fresh = "quite-another-7-secret";
        const auto changed = browser.post(
            "/v1/session/password", R"({"password":")" + ada.password + R"(","new_password":")" +
                                        fresh + R"(","code":")" + recovery_code + R"("})");
        ASSERT_EQ(changed.status, 200) << changed.body;
        keep("new password", fresh);
    }
    /// All of it happens once.
    void live_through_a_day() {
        RunningGateway gateway(database.settings("cambist_gateway"));
        Browser browser(gateway), administrator(gateway);
        ASSERT_EQ(browser.sign_in(database, ada).status, 201);
        keep("ada", browser);
        keep("password", ada.password);
        Browser(gateway).sign_in("ada", "a-wrong-but-typed-one", "987654");
        keep("wrong password", "a-wrong-but-typed-one");
        make_key(gateway, browser);
        add_temporary_password(administrator);
        keep("administrator", administrator);
        renew_second_factor(browser);
        keep("ada with another phone", browser);
        change_password(browser);
        keep("ada with another password", browser);
    }
};

TEST_F(Secret, is_neither_stored_as_it_is_nor_logged) {
    begin_log(LogFormat::text, "trace");
    ::testing::internal::CaptureStderr();
    live_through_a_day();
    const std::string log = ::testing::internal::GetCapturedStderr();
    begin_log(LogFormat::text, "warn");
    const std::string stored = database.psql(
        "set xmlbinary = hex; select schema_to_xml('cambist', true, false, '')::text");
    ASSERT_NE(stored.find("api_key_collected"), std::string::npos);
    const std::string hash = database.psql("select upper(encode(hash, 'hex')) from api_key");
    ASSERT_NE(stored.find(hash), std::string::npos) << "bytes are read in hexadecimal";
    ASSERT_NE(log.find("/v1/session"), std::string::npos);
    for (const auto& [name, secret] : secrets) {
        EXPECT_EQ(stored.find(secret), std::string::npos) << name;
        EXPECT_EQ(stored.find(hex_of(secret)), std::string::npos) << name;
        EXPECT_EQ(log.find(secret), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace cambist::gateway
