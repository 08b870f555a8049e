#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "gateway/routes/table.hpp"
#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

/// Somebody new, whom an administrator has added and handed a temporary password.
class Enrolling : public ::testing::Test {
  protected:
    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    Browser administrator{gateway}, browser{gateway};
    const std::string id = test_uuid(10), own = "my-very-own-7-words";
    std::string temporary;

    void SetUp() override {
        ASSERT_EQ(
            administrator.sign_in(database, add_member(database, "root", {"administrator"})).status,
            201);
        const auto added =
            administrator.post("/v1/staff",
                               R"({"id":")" + id + R"(","person_id":")" + test_uuid(11) +
                                   R"(","username":"nel","name":"Nel"})",
                               {{"Idempotency-Key", "nel"}});
        ASSERT_EQ(added.status, 201) << added.body;
        const auto issued = take_temporary(administrator);
        ASSERT_EQ(issued.status, 201) << issued.body;
        temporary = text_in(issued, "temporary_password");
    }
    ReceivedAnswer take_temporary(Browser& who) {
        return who.post("/v1/staff/" + id + "/temporary-password");
    }
    ReceivedAnswer begin() { return browser.sign_in("nel", temporary, std::nullopt); }
    ReceivedAnswer change_password(const std::string& old, const std::string& wanted) {
        return browser.post("/v1/session/password",
                            R"({"password":")" + old + R"(","new_password":")" + wanted + R"("})");
    }
    ReceivedAnswer confirm(const std::string& code) {
        return browser.post("/v1/session/totp/confirm", R"({"code":")" + code + R"("})");
    }
    /// What the phone reads from the picture.
    office::TotpSecret offered() {
        const auto offer = browser.post("/v1/session/totp");
        EXPECT_EQ(offer.status, 201) << offer.body;
        EXPECT_EQ(text_in(offer, "otpauth_uri"),
                  "otpauth://totp/Cambist:nel?secret=" + text_in(offer, "secret") +
                      "&issuer=Cambist&algorithm=SHA1&digits=6&period=30");
        return office::TotpSecret::from_base32(text_in(offer, "secret"))
            .value_or(office::TotpSecret{});
    }
    static std::string code_now(const office::TotpSecret& phone) {
        return office::totp_code(phone, office::totp_step_at(SystemClock().now()));
    }
};

TEST_F(Enrolling, goes_from_a_temporary_password_to_ones_own_and_a_second_factor) {
    const auto begun = begin();
    ASSERT_EQ(begun.status, 201) << begun.body;
    EXPECT_EQ(text_in(begun, "state"), "enrolling");
    const auto changed = change_password(temporary, own);
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(text_in(changed, "state"), "enrolling") << "the second factor is still to be set";
    EXPECT_EQ(browser.sign_in("nel", temporary, std::nullopt).status, 401);
    const auto phone = offered();
    EXPECT_EQ(confirm("abcdef").code(), "credentials_refused");
    const std::string code = code_now(phone), before = browser.session();
    const auto confirmed = confirm(code);
    ASSERT_EQ(confirmed.status, 200) << confirmed.body;
    EXPECT_EQ(text_in(confirmed, "state"), "active");
    EXPECT_NE(browser.session(), before) << "a session that may do more has another token";
    EXPECT_EQ(browser.get("/v1/session/devices").status, 200);

    EXPECT_EQ(browser.sign_in("nel", own, code).status, 401) << "that code was used to confirm";
    const auto codes = boost::json::parse(confirmed.body).at("recovery_codes").as_array();
    ASSERT_EQ(codes.size(), 10u);
    std::set<std::string> different;
    for (const auto& recovery : codes) {
        different.emplace(recovery.as_string());
        const auto signed_in = browser.sign_in("nel", own, std::string(recovery.as_string()));
        EXPECT_EQ(signed_in.status, 201);
        EXPECT_EQ(text_in(signed_in, "state"), "active");
    }
    EXPECT_EQ(different.size(), 10u);
}

TEST_F(Enrolling, may_do_nothing_else) {
    database.psql(
        "insert into role_grant (id, staff_id, role, granted_by) "
        "select gen_random_uuid(), '" +
        id + "', name, 'test' from role");
    ASSERT_EQ(begin().status, 201);
    std::set<std::string_view> open;
    for (const Route& route : routes()) {
        std::string path(route.pattern);
        for (auto at = path.find('{'); at != std::string::npos; at = path.find('{'))
            path.replace(at, path.find('}') - at + 1, test_uuid(77));
        if (route.callers == Callers::anybody || route.pattern == "/v1/session/end")
            continue;
        const auto answer = route.writes() ? browser.post(path, "{}", {{"Idempotency-Key", "k"}})
                                           : browser.get(path);
        if (answer.code() == "enrolment_required")
            EXPECT_EQ(answer.status, 403);
        else
            open.insert(route.pattern);
    }
    EXPECT_EQ(open, (std::set<std::string_view>{"/v1/session", "/v1/session/password",
                                                "/v1/session/totp", "/v1/session/totp/confirm"}));
    EXPECT_EQ(browser.post("/v1/session/end").status, 200);
}

TEST_F(Enrolling, a_second_factor_first_does_not_spare_the_password) {
    begin();
    const auto phone = offered();
    EXPECT_EQ(text_in(confirm(code_now(phone)), "state"), "enrolling");
    EXPECT_EQ(browser.get("/v1/servers").code(), "enrolment_required");
    EXPECT_EQ(change_password(temporary, own).code(), "credentials_refused") << "without a code";
    database.psql("update staff_credential set totp_step = 0");
    const auto changed = browser.post(
        "/v1/session/password", R"({"password":")" + temporary + R"(","new_password":")" + own +
                                    R"(","code":")" + code_now(phone) + R"("})");
    EXPECT_EQ(text_in(changed, "state"), "active") << changed.body;
}

TEST_F(Enrolling, needs_a_second_factor_that_was_offered_and_its_own) {
    begin();
    EXPECT_EQ(confirm("123456").code(), "nothing_offered");
    const auto first = offered(), second = offered();
    EXPECT_EQ(confirm(code_now(first)).code(), "credentials_refused") << "the last offer counts";
    EXPECT_EQ(confirm(code_now(second)).status, 200);
}

TEST_F(Enrolling, a_temporary_password_is_good_for_a_time) {
    EXPECT_EQ(database.psql("select password_expires_at < now() + interval '3 days 1 s' "
                            "and must_change_password from staff_credential where staff_id = '" +
                            id + "'"),
              "t");
    database.psql("update staff_credential set password_expires_at = now() where staff_id = '" +
                  id + "'");
    EXPECT_EQ(begin().status, 401);
}

TEST_F(Enrolling, a_temporary_password_is_taken_by_whoever_made_the_account_alone) {
    Browser other(gateway);
    other.sign_in(database, add_member(database, "otto", {"administrator"}));
    EXPECT_EQ(take_temporary(other).code(), "not_issuable");
    EXPECT_EQ(begin().status, 201) << "which did not void the first";
    const auto again = take_temporary(administrator);
    EXPECT_EQ(again.status, 201) << "while nobody has set one of their own";
    EXPECT_EQ(browser.get("/v1/session").status, 401) << "the last one counts";
    temporary = text_in(again, "temporary_password");
    ASSERT_EQ(begin().status, 201);
    ASSERT_EQ(change_password(temporary, own).status, 200);
    EXPECT_EQ(take_temporary(administrator).code(), "not_issuable");
}

TEST_F(Enrolling, a_temporary_password_is_no_password_of_ones_own) {
    begin();
    EXPECT_EQ(change_password(temporary, temporary).code(), "password_unchanged");
}

class ResettingAPassword : public Enrolling {
  protected:
    Member ada = add_member(database, "ada", {"support"});

    ReceivedAnswer reset(bool second_factor_too) {
        const std::string body = std::string(R"({"reason":"forgotten","second_factor_too":)") +
                                 (second_factor_too ? "true" : "false") + "}";
        const auto asked = administrator.post("/v1/staff/" + ada.id + "/password-reset", body);
        EXPECT_EQ(asked.status, 202) << asked.body;
        return asked;
    }
    std::string taken() {
        return text_in(administrator.post("/v1/staff/" + ada.id + "/temporary-password"),
                       "temporary_password");
    }
};

TEST_F(ResettingAPassword, takes_two_people_and_ends_what_the_old_one_opened) {
    Browser hers(gateway);
    ASSERT_EQ(hers.sign_in(database, ada).status, 201);
    const auto asked = reset(false);
    EXPECT_EQ(taken(), "") << "nobody has approved it";
    EXPECT_EQ(hers.get("/v1/session").status, 200);
    EXPECT_EQ(approved(database, asked).status, 200);
    EXPECT_EQ(hers.get("/v1/session").status, 401);
    EXPECT_EQ(hers.sign_in(database, ada).status, 401);
    const std::string password = taken();
    EXPECT_EQ(hers.sign_in("ada", password, std::nullopt).status, 401) << "the phone is still hers";
    EXPECT_EQ(text_in(hers.sign_in("ada", password, ada.code(database)), "state"), "enrolling");
}

TEST_F(ResettingAPassword, may_take_the_second_factor_away_with_its_recovery_codes) {
    database.psql("insert into staff_recovery_code (hash, staff_id) values (sha256('x'), '" +
                  ada.id + "')");
    EXPECT_EQ(approved(database, reset(true)).status, 200);
    EXPECT_EQ(database.psql("select void from staff_recovery_code"), "t");
    EXPECT_EQ(text_in(Browser(gateway).sign_in("ada", taken(), std::nullopt), "state"),
              "enrolling");
}

TEST_F(ResettingAPassword, is_not_approved_by_whom_it_is_about) {
    const auto otto = add_member(database, "otto", {"administrator"});
    Browser his(gateway);
    ASSERT_EQ(his.sign_in(database, otto).status, 201);
    const auto asked = administrator.post("/v1/staff/" + otto.id + "/password-reset",
                                          R"({"reason":"forgotten","second_factor_too":true})");
    ASSERT_EQ(asked.status, 202) << asked.body;
    const auto answer = his.post(asked.header("location") + "/approve", R"({"remark":"mine"})",
                                 {{"If-Match", "\"v1\""}});
    EXPECT_EQ(text_in(answer, "state"), "stale") << answer.body;
    EXPECT_NE(answer.body.find(R"("code":"oneself")"), std::string::npos) << answer.body;
    EXPECT_EQ(his.get("/v1/session").status, 200);
    EXPECT_EQ(Browser(gateway).sign_in(database, otto).status, 201);
}

TEST_F(ResettingAPassword, is_not_asked_for_oneself) {
    const auto root = text_in(administrator.get("/v1/session"), "name");
    ASSERT_EQ(root, "staff:root");
    const auto own_id = database.psql("select id from staff where username = 'root'");
    EXPECT_EQ(
        administrator.post("/v1/staff/" + own_id + "/password-reset", R"({"reason":"r"})").code(),
        "oneself");
}

}  // namespace
}  // namespace cambist::gateway
