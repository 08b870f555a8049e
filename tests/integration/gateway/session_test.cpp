#include "office/staff/session.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <vector>

#include "gateway/routes/table.hpp"
#include "office/staff/token.hpp"
#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

class ASession : public ::testing::Test {
  protected:
    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    Member ada = add_member(database, "ada", {"compliance"});
    Browser browser{gateway};
    HttpClient client = gateway.client();

    void SetUp() override { ASSERT_EQ(browser.sign_in(database, ada).status, 201); }
    int status() { return browser.get("/v1/session").status; }
    void set(const std::string& changes) { database.psql("update staff_session set " + changes); }
    std::string read(const std::string& what) {
        return database.psql("select " + what + " from staff_session");
    }
    HttpClient::Fields cookie_alone() const {
        return {{"Cookie", std::string(office::session_cookie) + "=" + browser.session()}};
    }
};

/// With every id in its place a path that names nothing.
std::string path_of(std::string_view pattern) {
    std::string path;
    while (!pattern.empty()) {
        const auto open = pattern.find('{');
        path += pattern.substr(0, open);
        if (open == std::string_view::npos)
            break;
        path += "77";
        pattern.remove_prefix(pattern.find('}') + 1);
    }
    return path;
}

TEST_F(ASession, writes_nothing_without_the_token_of_its_pages) {
    Browser other(gateway);
    other.sign_in(database, ada);
    const std::string token = browser.csrf();
    std::string near = token;
    near.back() = near.back() == '0' ? '1' : '0';
    const std::vector<HttpClient::Fields> forged{
        {},
        {{"X-CSRF-Token", ""}},
        {{"X-CSRF-Token", near}},
        {{"X-CSRF-Token", token + "0"}},
        {{"X-CSRF-Token", other.csrf()}},
        {{"X-CSRF-Token", browser.session()}},
        {{"X-CSRF-Token", token}, {"X-CSRF-Token", token}},
        {{"X-CSRF-Token", token}, {"Origin", "https://evil.example"}},
        {{"X-CSRF-Token", token}, {"Origin", "null"}},
        {{"X-CSRF-Token", token}, {"Origin", "https://localhost"}, {"Origin", "https://localhost"}},
        {{"X-CSRF-Token", token}, {"Sec-Fetch-Site", "cross-site"}},
        {{"X-CSRF-Token", token}, {"Sec-Fetch-Site", "same-site"}}};
    for (const auto& fields : forged) {
        auto sent = cookie_alone();
        sent.insert(sent.end(), fields.begin(), fields.end());
        const auto answer = client.ask("POST", "/v1/session/end", sent, "{}");
        EXPECT_EQ(answer.status, 403) << (fields.empty() ? "nothing" : fields.back().second);
        EXPECT_EQ(answer.code(), "csrf");
    }
    EXPECT_EQ(status(), 200);
    const auto ours =
        browser.post("/v1/session/end", "{}",
                     {{"Origin", "https://localhost"}, {"Sec-Fetch-Site", "same-origin"}});
    EXPECT_EQ(ours.status, 200);
}

TEST_F(ASession, needs_the_token_at_every_route_that_writes_and_at_none_that_reads) {
    const auto every_role = add_session(database, "omni", {"compliance", "dealing", "support"});
    const HttpClient::Fields cookie{every_role.front()};
    for (const Route& route : routes()) {
        if (route.callers == Callers::anybody)
            continue;
        const std::string path = path_of(route.pattern);
        if (route.writes())
            EXPECT_EQ(client.ask("POST", path, with_request_key(cookie, "k"), "{}").code(), "csrf")
                << route.pattern;
    }
    EXPECT_EQ(client.ask("GET", "/v1/servers", cookie).status, 200);
}

TEST_F(ASession, takes_the_origins_of_the_settings_where_there_are_some) {
    DoorSettings door = quick_door();
    door.origins = {"https://desk.example"};
    RunningGateway named(database.settings("cambist_gateway"), {}, {}, door);
    Browser there(named, {{"Origin", "https://desk.example"}});
    EXPECT_EQ(there.sign_in(database, ada).status, 201);
    EXPECT_EQ(there.post("/v1/session/end").status, 200);
    EXPECT_EQ(Browser(named, {{"Origin", "https://localhost"}}).sign_in(database, ada).code(),
              "csrf");
}

TEST_F(ASession, is_not_shown_together_with_a_key) {
    auto fields = browser.fields();
    fields.push_back(add_key(database, {"server.read"}).front());
    const auto answer = client.ask("GET", "/v1/servers", fields);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "two_credentials");
}

TEST_F(ASession, is_shown_by_one_cookie) {
    const std::string pair = cookie_alone().front().second;
    EXPECT_EQ(client.ask("GET", "/v1/session", {{"Cookie", pair + "; " + pair}}).code(),
              "bad_cookie");
    EXPECT_EQ(client.ask("GET", "/v1/session", {{"Cookie", pair}, {"Cookie", pair}}).code(),
              "bad_cookie");
    EXPECT_EQ(client.ask("GET", "/v1/session", {{"Cookie", "a=b; " + pair + "; c"}}).status, 200);
}

TEST_F(ASession, that_is_over_is_told_the_same_whatever_ended_it) {
    const std::string now = "now() - interval '1 ms'";
    const std::vector<std::string> endings{
        "update staff_session set idle_expires_at = " + now,
        "update staff_session set absolute_expires_at = " + now,
        "update staff_session set ended_at = now(), ended_why = 'revoked'",
        "update staff_credential set password_changed_at = now()",
        "update staff_credential set totp_secret = null, totp_confirmed_at = null",
        "update role_grant set revoked_at = now(), revoked_by = 'test'",
        "insert into role_grant (id, staff_id, role, granted_by) "
        "values (gen_random_uuid(), '" +
            ada.id + "', 'risk', 'test')",
        "update staff set status = 'suspended'"};
    const HttpClient::Fields nobody{
        {"Cookie", std::string(office::session_cookie) + "=" + office::Token::random().text}};
    const auto unknown = client.ask("GET", "/v1/session", nobody);
    EXPECT_EQ(unknown.status, 401);
    EXPECT_EQ(client.ask("GET", "/v1/session").body, unknown.body);
    const std::string put_back =
        "update staff_session set idle_expires_at = now() + interval '1 hour', "
        "  absolute_expires_at = now() + interval '1 hour', ended_at = null, ended_why = null, "
        "  security_version = (select security_version from staff_credential)";
    for (const auto& ending : endings) {
        database.psql(put_back);
        EXPECT_EQ(status(), 200) << ending;
        database.psql(ending);
        const auto answer = browser.get("/v1/session");
        EXPECT_EQ(answer.status, 401) << ending;
        EXPECT_EQ(answer.body, unknown.body) << ending;
        EXPECT_EQ(browser.post("/v1/session/end").status, 401) << ending;
    }
}

TEST_F(ASession, lives_a_quarter_of_an_hour_idle_and_twelve_hours_at_all) {
    EXPECT_EQ(read("round(extract(epoch from idle_expires_at - created_at))"), "900");
    EXPECT_EQ(read("round(extract(epoch from absolute_expires_at - created_at))"), "43200");
}

TEST_F(ASession, goes_on_while_its_owner_does_something) {
    const std::string almost_idle =
        "last_seen_at = now() - interval '14 min', idle_expires_at = now() + interval '1 min'";
    set(almost_idle);
    EXPECT_EQ(status(), 200);
    EXPECT_EQ(read("idle_expires_at < now() + interval '2 min'"), "t")
        << "pages ask who they are by themselves";
    EXPECT_EQ(browser.get("/v1/servers").status, 200);
    EXPECT_EQ(read("idle_expires_at between now() + interval '14 min 30 s' "
                   "and now() + interval '15 min'"),
              "t");
}

TEST_F(ASession, is_not_written_at_each_request) {
    const auto before = read("idle_expires_at");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(browser.get("/v1/servers").status, 200);
    EXPECT_EQ(read("idle_expires_at"), before);
}

TEST_F(ASession, ends_after_twelve_hours_whatever_its_owner_does) {
    set("last_seen_at = now() - interval '14 min', absolute_expires_at = now()");
    EXPECT_EQ(browser.get("/v1/servers").status, 401);
    EXPECT_EQ(browser.get("/v1/servers").status, 401) << "nor did being asked let it live on";
}

TEST_F(ASession, is_kept_as_a_hash_and_named_in_the_audit) {
    EXPECT_EQ(read("token_hash = sha256('" + browser.session() + "'::bytea)"), "t");
    EXPECT_EQ(browser.post("/v1/session/end").status, 200);
    EXPECT_EQ(database.psql("select a.action from audit a join staff_session n "
                            "on n.id = a.session_id order by a.id desc limit 1"),
              "signed_out");
}

TEST_F(ASession, that_signed_out_is_over) {
    const auto before = browser.fields();
    EXPECT_EQ(browser.post("/v1/session/end").status, 200);
    EXPECT_EQ(client.ask("GET", "/v1/session", before).status, 401);
    EXPECT_EQ(read("ended_why"), "signed_out");
}

class Devices : public ASession {
  protected:
    Browser phone{gateway, {{"User-Agent", "phone"}}};

    void SetUp() override {
        ASession::SetUp();
        ASSERT_EQ(phone.sign_in(database, ada).status, 201);
    }
    std::string id_of(const std::string& user_agent) {
        const auto page = boost::json::parse(browser.get("/v1/session/devices").body);
        for (const auto& device : page.at("items").as_array())
            if (device.at("user_agent").as_string() == user_agent)
                return std::string(device.at("id").as_string());
        return "";
    }
};

TEST_F(Devices, are_listed_with_their_sessions) {
    const auto page = boost::json::parse(browser.get("/v1/session/devices").body);
    const auto& items = page.at("items").as_array();
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[0].at("user_agent").as_string(), "phone") << "the last seen comes first";
    EXPECT_FALSE(items[0].at("current").as_bool());
    EXPECT_TRUE(items[1].at("current").as_bool());
    EXPECT_EQ(items[0].at("sessions").as_int64(), 1);
    EXPECT_EQ(items[0].at("address").as_string(), "127.0.0.1");
}

TEST_F(Devices, that_are_revoked_end_and_are_known_no_more) {
    const std::string lost = id_of("phone"), token = phone.device();
    const auto answer = browser.post("/v1/session/devices/" + lost + "/revoke");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(boost::json::parse(answer.body).at("ended_sessions").as_int64(), 1);
    EXPECT_EQ(phone.get("/v1/session").status, 401);
    EXPECT_EQ(status(), 200);
    EXPECT_EQ(id_of("phone"), "");
    EXPECT_EQ(browser.post("/v1/session/devices/" + lost + "/revoke").code(), "unknown_device");
    EXPECT_EQ(phone.sign_in(database, ada).status, 201);
    EXPECT_NE(phone.device(), token);
    EXPECT_EQ(database.psql("select 'new_device' = any(flags) from sign_in "
                            "order by id desc limit 1"),
              "t");
}

TEST_F(Devices, are_revoked_by_their_owner_alone) {
    const auto bob = add_member(database, "bob", {"administrator"});
    Browser his(gateway);
    ASSERT_EQ(his.sign_in(database, bob).status, 201);
    const auto answer = his.post("/v1/session/devices/" + id_of("phone") + "/revoke");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.code(), "unknown_device");
    EXPECT_EQ(phone.get("/v1/session").status, 200);
}

class ChangingAPassword : public Devices {
  protected:
    const std::string fresh = "quite-another-7-secret";

    ReceivedAnswer change(const std::string& old, const std::string& wanted,
                          const std::string& code) {
        return browser.post("/v1/session/password", R"({"password":")" + old +
                                                        R"(","new_password":")" + wanted +
                                                        R"(","code":")" + code + R"("})");
    }
};

TEST_F(ChangingAPassword, ends_all_other_sessions_and_the_keys_and_renews_ones_own) {
    database.psql(
        "insert into api_key (id, name, hash, owner_id, permissions) values "
        "('0123456789abcdef', 'hers', sha256('x'), '" +
        ada.id + "', '{server.read}')");
    const auto before = browser.fields();
    const auto answer = change(ada.password, fresh, ada.code(database));
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto body = boost::json::parse(answer.body);
    EXPECT_EQ(body.at("ended_sessions").as_int64(), 2) << "the phone's and the one that asked";
    EXPECT_EQ(body.at("ended_keys").as_int64(), 1);
    EXPECT_EQ(body.at("state").as_string(), "active");
    EXPECT_EQ(status(), 200);
    EXPECT_EQ(phone.get("/v1/session").status, 401);
    EXPECT_EQ(client.ask("GET", "/v1/session", before).status, 401);
    EXPECT_EQ(database.psql("select revoked_by from api_key"), "staff:ada");
    EXPECT_EQ(phone.sign_in(database, ada).status, 401);
    EXPECT_EQ(phone.sign_in("ada", fresh, ada.code(database)).status, 201);
}

TEST_F(ChangingAPassword, takes_the_old_one_and_a_code_without_saying_which_was_wrong) {
    const auto old_wrong = change("not-her-password", fresh, ada.code(database));
    const auto code_wrong = change(ada.password, fresh, "abcdef");
    const auto code_missing =
        browser.post("/v1/session/password",
                     R"({"password":")" + ada.password + R"(","new_password":")" + fresh + R"("})");
    for (const auto& answer : {old_wrong, code_wrong, code_missing}) {
        EXPECT_EQ(answer.status, 403);
        EXPECT_EQ(answer.code(), "credentials_refused");
        EXPECT_EQ(answer.body, old_wrong.body);
    }
    EXPECT_EQ(phone.get("/v1/session").status, 200) << "nothing ended";
    EXPECT_EQ(database.psql("select count(*) from audit where action = 'password_change_refused'"),
              "3");
}

TEST_F(ChangingAPassword, takes_each_code_once) {
    const std::string code = ada.code(database);
    EXPECT_EQ(change(ada.password, fresh, code).status, 200);
    EXPECT_EQ(change(fresh, "and-one-more-9-secret", code).code(), "credentials_refused");
}

TEST_F(ChangingAPassword, takes_no_weak_one_and_not_the_same) {
    const std::string code = ada.code(database);
    EXPECT_EQ(change(ada.password, "short", code).code(), "password_too_short");
    EXPECT_EQ(change(ada.password, "password1234", code).code(), "password_common");
    EXPECT_EQ(change(ada.password, "i-am-ada-and-nice", code).code(), "password_holds_username");
    EXPECT_EQ(change(ada.password, ada.password, code).code(), "password_unchanged");
    EXPECT_EQ(change(ada.password, fresh, code).status, 200) << "and the code was not used up";
}

}  // namespace
}  // namespace cambist::gateway
