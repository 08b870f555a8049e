#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "office/staff/recovery_code.hpp"
#include "office/staff/session.hpp"
#include "office/staff/token.hpp"
#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

class SigningIn : public ::testing::Test {
  protected:
    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    Member ada = add_member(database, "ada", {"support"});

    std::string last_record(const std::string& column) {
        return database.psql("select " + column + " from sign_in order by id desc limit 1");
    }
    std::string add_recovery_code(const Member& member) {
        const auto code = office::RecoveryCode::random();
        std::string hash;
        for (const std::byte byte : code.hash(member.id)) {
            constexpr std::string_view digits = "0123456789abcdef";
            hash += digits[std::to_integer<std::size_t>(byte >> 4)];
            hash += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
        }
        database.psql("insert into staff_recovery_code (hash, staff_id) values (decode('" + hash +
                      "', 'hex'), '" + member.id + "')");
        return code.text;
    }
};

TEST_F(SigningIn, a_password_and_a_code_open_a_session) {
    Browser browser(gateway);
    const auto answer = browser.sign_in(database, ada);
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(text_in(answer, "state"), "active");
    EXPECT_EQ(browser.csrf(), office::csrf_token_of(*office::Token::from(browser.session())));
    const auto who = browser.get("/v1/session");
    EXPECT_EQ(who.status, 200);
    EXPECT_EQ(text_in(who, "name"), "staff:ada");
    EXPECT_EQ(last_record("outcome || cause || flags::text"), "signed_in{}");
    EXPECT_EQ(last_record("session_id"), text_in(answer, "id"));
    EXPECT_EQ(database.psql("select count(*) from audit where action = 'signed_in' "
                            "and actor = 'staff:ada' and session_id = '" +
                            text_in(answer, "id") + "'"),
              "1");
}

TEST_F(SigningIn, gives_cookies_to_this_host_alone_over_tls_to_no_script_and_no_other_site) {
    const std::string bounds = "; Path=/; Secure; HttpOnly; SameSite=Strict";
    Browser browser(gateway);
    const auto answer = browser.sign_in(database, ada);
    std::vector<std::string> given;
    const auto [first, last] = answer.headers.equal_range("set-cookie");
    for (auto header = first; header != last; ++header)
        given.push_back(header->second);
    const std::vector<std::string> expected{
        "__Host-cambist_session=" + browser.session() + bounds,
        "__Host-cambist_device=" + browser.device() + bounds + "; Max-Age=31536000"};
    EXPECT_EQ(given, expected);
    EXPECT_TRUE(office::Token::from(browser.session()));
    EXPECT_TRUE(office::Token::from(browser.device()));
    EXPECT_NE(browser.session(), browser.device());
    const auto ended = browser.post("/v1/session/end");
    EXPECT_EQ(ended.status, 200);
    EXPECT_EQ(ended.header("set-cookie"), "__Host-cambist_session=" + bounds + "; Max-Age=0");
}

TEST_F(SigningIn, a_known_browser_keeps_the_cookie_it_has) {
    Browser browser(gateway);
    browser.sign_in(database, ada);
    const std::string device = browser.device();
    const auto again = browser.sign_in(database, ada);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.headers.count("set-cookie"), 1u);
    EXPECT_EQ(browser.device(), device);
    EXPECT_EQ(database.psql("select count(*) from staff_device"), "1");
}

TEST_F(SigningIn, whatever_is_wrong_the_answer_is_the_same_bytes_after_one_hash) {
    const auto eve = add_member(database, "eve", {}), lee = add_member(database, "lee", {}),
               tom = add_member(database, "tom", {}), nil = add_member(database, "nil", {});
    database.psql(
        "update staff set status = 'suspended' where username = 'eve';"
        "update staff set status = 'left', left_at = now() where username = 'lee';"
        "update staff_credential set password_expires_at = now() where staff_id = '" +
        tom.id +
        "';"
        "update staff_credential set password_hash = null where staff_id = '" +
        nil.id + "'");
    const std::string used = ada.code(database);
    ASSERT_EQ(Browser(gateway).sign_in("ada", ada.password, used).status, 201);
    std::string wrong = used;
    wrong[0] = wrong[0] == '9' ? '0' : static_cast<char>(wrong[0] + 1);
    const struct {
        std::string username, password;
        std::optional<std::string> code;
        std::string cause;
    } rows[] = {{"nobody", ada.password, used, "unknown_username"},
                {"ada", "not-her-password", used, "wrong_password"},
                {"nil", nil.password, nil.code(database), "wrong_password"},
                {"eve", eve.password, eve.code(database), "suspended"},
                {"lee", lee.password, lee.code(database), "left"},
                {"tom", tom.password, tom.code(database), "password_expired"},
                {"ada", ada.password, std::nullopt, "code_missing"},
                {"ada", ada.password, used, "code_used"},
                {"ada", ada.password, wrong, "wrong_code"},
                {"ada", ada.password, "abcd-efgh-jkmn-pqrs", "wrong_code"}};
    std::optional<ReceivedAnswer> first;
    for (const auto& row : rows) {
        const auto compared = gateway.passwords_compared();
        const auto answer = Browser(gateway).sign_in(row.username, row.password, row.code);
        EXPECT_EQ(gateway.passwords_compared() - compared, 1u) << row.cause;
        EXPECT_EQ(last_record("outcome || ' ' || cause"), "refused " + row.cause);
        if (!first)
            first = answer;
        EXPECT_EQ(answer.status, 401) << row.cause;
        EXPECT_EQ(answer.code(), "sign_in_refused") << row.cause;
        EXPECT_EQ(answer.body, first->body) << row.cause;
        EXPECT_EQ(answer.headers.count("set-cookie"), 0u) << row.cause;
        EXPECT_EQ(answer.headers.size(), first->headers.size()) << row.cause;
    }
}

TEST_F(SigningIn, what_was_typed_as_a_username_is_not_kept_as_it_was) {
    Browser(gateway).sign_in("my-secret-by-mistake", "x", std::nullopt);
    EXPECT_EQ(last_record("staff_id is null and length(username_hash) = 32"), "t");
    EXPECT_EQ(database.psql("select count(*) from sign_in s where s::text like '%mistake%'"), "0");
}

TEST_F(SigningIn, of_many_at_once_with_one_code_one_is_let_in) {
    const std::string code = ada.code(database);
    std::atomic<int> let_in = 0, refused = 0;
    {
        std::vector<std::jthread> people;
        for (int i = 0; i < 5; ++i)
            people.emplace_back([&] {
                const auto answer = Browser(gateway).sign_in("ada", ada.password, code);
                let_in += answer.status == 201;
                refused += answer.status == 401;
            });
    }
    EXPECT_EQ(let_in, 1);
    EXPECT_EQ(refused, 4);
}

TEST_F(SigningIn, a_code_of_the_past_is_refused_once_a_later_one_was_used) {
    const auto step = office::totp_step_at(SystemClock().now());
    database.psql("update staff_credential set totp_step = " + std::to_string(step + 1));
    EXPECT_EQ(
        Browser(gateway).sign_in("ada", ada.password, office::totp_code(ada.phone, step)).status,
        401);
    EXPECT_EQ(last_record("cause"), "code_used");
}

TEST_F(SigningIn, a_recovery_code_stands_in_for_the_phone_once) {
    const auto eve = add_member(database, "eve", {});
    const std::string code = add_recovery_code(ada), spare = add_recovery_code(ada);
    EXPECT_EQ(Browser(gateway).sign_in("eve", eve.password, code).status, 401) << "it is ada's";
    EXPECT_EQ(Browser(gateway).sign_in("ada", ada.password, code).status, 201);
    EXPECT_EQ(Browser(gateway).sign_in("ada", ada.password, code).status, 401);
    EXPECT_EQ(Browser(gateway).sign_in("ada", ada.password, spare).status, 201);
    EXPECT_EQ(last_record("'recovery_code' = any(flags)"), "t");
}

TEST_F(SigningIn, of_many_at_once_with_one_recovery_code_one_is_let_in) {
    const std::string code = add_recovery_code(ada);
    std::atomic<int> let_in = 0;
    {
        std::vector<std::jthread> people;
        for (int i = 0; i < 5; ++i)
            people.emplace_back([&] {
                let_in += Browser(gateway).sign_in("ada", ada.password, code).status == 201;
            });
    }
    EXPECT_EQ(let_in, 1);
}

TEST_F(SigningIn, a_password_alone_lets_nobody_in_who_has_a_second_factor) {
    EXPECT_EQ(Browser(gateway).sign_in("ada", ada.password, std::nullopt).status, 401);
    EXPECT_EQ(database.psql("select count(*) from staff_session"), "0");
}

TEST_F(SigningIn, another_site_signs_nobody_in) {
    const std::vector<HttpClient::Fields> foreign{{{"Origin", "https://evil.example"}},
                                                  {{"Origin", "null"}},
                                                  {{"Origin", "https://localhost.evil.example"}},
                                                  {{"Sec-Fetch-Site", "cross-site"}},
                                                  {{"Sec-Fetch-Site", "same-site"}}};
    for (const auto& fields : foreign) {
        const auto answer = Browser(gateway, fields).sign_in(database, ada);
        EXPECT_EQ(answer.status, 403) << fields.front().second;
        EXPECT_EQ(answer.code(), "csrf") << fields.front().second;
    }
    EXPECT_EQ(gateway.passwords_compared(), 0u);
    const HttpClient::Fields ours{{"Origin", "https://localhost"},
                                  {"Sec-Fetch-Site", "same-origin"}};
    EXPECT_EQ(Browser(gateway, ours).sign_in(database, ada).status, 201);
}

TEST_F(SigningIn, again_in_one_browser_ends_the_session_it_had) {
    Browser browser(gateway);
    browser.sign_in(database, ada);
    const auto before = browser.fields();
    browser.sign_in(database, ada);
    auto client = gateway.client();
    EXPECT_EQ(client.ask("GET", "/v1/session", before).status, 401);
    EXPECT_EQ(browser.get("/v1/session").status, 200);
}

TEST_F(SigningIn, a_hash_of_another_cost_is_made_anew_and_nobody_is_cut_off) {
    Browser browser(gateway);
    browser.sign_in(database, ada);
    const auto before = database.psql("select password_hash from staff_credential");
    DoorSettings dearer = quick_door();
    dearer.password_cost.iterations = 2;
    RunningGateway other(database.settings("cambist_gateway"), {}, {}, dearer);
    EXPECT_EQ(Browser(other).sign_in(database, ada).status, 201);
    const auto after = database.psql("select password_hash from staff_credential");
    EXPECT_NE(after, before);
    EXPECT_NE(after.find("t=2"), std::string::npos) << after;
    EXPECT_EQ(browser.get("/v1/session").status, 200);
}

TEST_F(SigningIn, a_hash_of_another_cost_tells_nobody_that_the_password_was_right) {
    DoorSettings dearer = quick_door();
    dearer.password_cost.iterations = 2;
    RunningGateway other(database.settings("cambist_gateway"), {}, {}, dearer);
    Browser(other).sign_in("ada", "not-her-password", std::nullopt);
    EXPECT_EQ(other.passwords_hashed(), 1u);
    Browser(other).sign_in("ada", ada.password, std::nullopt);
    EXPECT_EQ(other.passwords_hashed(), 2u);
    EXPECT_EQ(Browser(other).sign_in(database, ada).status, 201);
    EXPECT_EQ(other.passwords_hashed(), 3u);
    Browser(other).sign_in("ada", "not-her-password", std::nullopt);
    EXPECT_EQ(other.passwords_hashed(), 3u) << "it is of today's cost now";
}

TEST_F(SigningIn, more_at_once_than_there_is_room_for_are_told_to_come_again) {
    DoorSettings narrow = quick_door();
    narrow.hash_room = 0;
    RunningGateway full(database.settings("cambist_gateway"), {}, {}, narrow);
    const auto answer = Browser(full).sign_in(database, ada);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.code(), "busy");
    EXPECT_EQ(answer.header("retry-after"), "1");
}

}  // namespace
}  // namespace cambist::gateway
