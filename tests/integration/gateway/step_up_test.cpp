#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "gateway/routes/table.hpp"
#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

class StepUp : public ::testing::Test {
  protected:
    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    Member ada = add_member(database, "ada", {"compliance"});
    Browser browser{gateway};

    void SetUp() override { ASSERT_EQ(browser.sign_in(database, ada).status, 201); }
    void shown_ago(const std::string& time) {
        database.psql("update staff_session set stepped_up_at = now() - interval '" + time + "'");
    }
    ReceivedAnswer show(const std::string& code) {
        return browser.post("/v1/session/step-up", R"({"code":")" + code + R"("})");
    }
    /// Somebody else asks that a client be taken on as approved; the path of what waits.
    std::string something_to_approve() {
        add_trading_server(database);
        Browser maker(gateway);
        maker.sign_in(database, add_member(database, "mae", {"compliance"}));
        const std::string body =
            R"({"id":")" + test_uuid(1) + R"(","person":{"id":")" + test_uuid(2) +
            R"(","kind":"natural","name":"Ann"},"reason":"r",)" + R"("status":"approved"})";
        const auto asked = maker.post("/v1/clients", body, {{"Idempotency-Key", "a"}});
        EXPECT_EQ(asked.status, 202) << asked.body;
        return asked.header("location");
    }
    ReceivedAnswer approve(const std::string& path) {
        return browser.post(path + "/approve", R"({"remark":"seen"})", {{"If-Match", "\"v1\""}});
    }
};

TEST_F(StepUp, is_asked_for_before_an_approval_is_given) {
    const std::string path = something_to_approve();
    shown_ago("5 min");
    const auto refused = approve(path);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code(), "step_up_required");
    EXPECT_EQ(text_in(browser.get(path), "state"), "pending");
    EXPECT_EQ(show(ada.code(database)).status, 200);
    const auto approved = approve(path);
    EXPECT_EQ(approved.status, 200) << approved.body;
    EXPECT_EQ(text_in(browser.get(path), "state"), "approved");
}

TEST_F(StepUp, lasts_five_minutes) {
    const std::string path = "/v1/approvals/" + test_uuid(7);
    shown_ago("4 min 30 s");
    EXPECT_EQ(approve(path).code(), "unknown_approval");
    shown_ago("5 min");
    EXPECT_EQ(approve(path).code(), "step_up_required");
    ASSERT_EQ(show(ada.code(database)).status, 200);
    EXPECT_EQ(database.psql("select stepped_up_at > now() - interval '1 min' from staff_session"),
              "t");
    EXPECT_EQ(approve(path).code(), "unknown_approval");
}

TEST_F(StepUp, is_done_by_signing_in_with_a_code) {
    EXPECT_EQ(approve("/v1/approvals/" + test_uuid(7)).code(), "unknown_approval");
}

TEST_F(StepUp, takes_each_code_once_and_no_other) {
    shown_ago("1 hour");
    const std::string code = ada.code(database);
    EXPECT_EQ(show("abcdef").code(), "credentials_refused");
    EXPECT_EQ(show(code).status, 200);
    shown_ago("1 hour");
    EXPECT_EQ(show(code).code(), "credentials_refused");
    EXPECT_EQ(approve("/v1/approvals/" + test_uuid(7)).code(), "step_up_required");
}

TEST_F(StepUp, of_one_session_is_not_anothers) {
    shown_ago("1 hour");
    Browser other(gateway);
    ASSERT_EQ(other.sign_in(database, ada).status, 201);
    EXPECT_EQ(approve("/v1/approvals/" + test_uuid(7)).code(), "step_up_required");
}

TEST_F(StepUp, is_on_record_and_so_is_a_wrong_code) {
    EXPECT_EQ(show("abcdef").status, 403);
    EXPECT_EQ(database.psql("select count(*) from audit where action = 'step_up_refused' "
                            "and actor = 'staff:ada' and session_id is not null"),
              "1");
    ASSERT_EQ(show(ada.code(database)).status, 200);
    EXPECT_EQ(database.psql("select count(*) from audit where action = 'stepped_up' "
                            "and actor = 'staff:ada'"),
              "1");
}

TEST_F(StepUp, is_asked_for_by_everything_that_decides_or_changes_who_may_do_what) {
    auto client = gateway.client();
    const auto omni = add_session(database, "omni", {"administrator", "compliance"});
    shown_ago("5 min");
    std::set<std::string_view> asking;
    for (const Route& route : routes()) {
        std::string path(route.pattern);
        for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
            path.replace(open, path.find('}') - open + 1, test_uuid(77));
        if (!route.writes() || !route.pattern.starts_with("/v1/"))
            continue;
        if (route.pattern.starts_with("/v1/session"))
            continue;
        if (client.ask("POST", path, with_request_key(omni, "k"), "{}").code() ==
            "step_up_required")
            asking.insert(route.pattern);
    }
    for (const std::string_view sensitive :
         {"/v1/approvals/{approval}/approve", "/v1/approvals/{approval}/reject",
          "/v1/approvals/decisions", "/v1/staff", "/v1/staff/{staff}/suspend",
          "/v1/staff/{staff}/resume", "/v1/staff/{staff}/leave", "/v1/staff/{staff}/password-reset",
          "/v1/staff/{staff}/temporary-password", "/v1/staff/{staff}/sessions/{session}/revoke",
          "/v1/keys", "/v1/keys/{key}/collect", "/v1/keys/{key}/revoke", "/v1/staff/{staff}/grants",
          "/v1/grants/{grant}/revoke", "/v1/delegations"})
        EXPECT_TRUE(asking.contains(sensitive)) << sensitive;
}

}  // namespace
}  // namespace cambist::gateway
