#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <thread>

#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

class StaffLife : public ::testing::Test {
  protected:
    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    Member ada = add_member(database, "ada", {"support"}),
           sue = add_member(database, "sue", {"support"}),
           root = add_member(database, "root", {"administrator"});
    Browser administrator{gateway}, browser{gateway};
    HttpClient client = gateway.client();

    void SetUp() override {
        ASSERT_EQ(administrator.sign_in(database, root).status, 201);
        ASSERT_EQ(browser.sign_in(database, ada).status, 201);
    }
    ReceivedAnswer ask(const std::string& what, const Member& about,
                       const std::string& body = R"({"reason":"r"})") {
        return administrator.post("/v1/staff/" + about.id + "/" + what, body);
    }
    /// A key of ada's that may see the servers.
    HttpClient::Fields add_key_of_ada() {
        const auto key = add_key(database, {"server.read"});
        database.psql("update api_key set owner_id = '" + ada.id + "' where owner_id is null");
        return key;
    }
};

TEST_F(StaffLife, a_suspended_person_and_their_keys_are_out_at_once) {
    const auto key = add_key_of_ada();
    ASSERT_EQ(client.ask("GET", "/v1/servers", key).status, 200);
    const auto suspended = ask("suspend", ada);
    ASSERT_EQ(suspended.status, 200) << suspended.body;
    EXPECT_EQ(text_in(suspended, "status"), "suspended");
    EXPECT_EQ(browser.get("/v1/servers").status, 401);
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 401);
    EXPECT_EQ(browser.sign_in(database, ada).status, 401);
    EXPECT_EQ(ask("suspend", ada).status, 200) << "again changes nothing";
    EXPECT_EQ(database.psql("select count(*) from audit where action = 'staff_suspended'"), "1");
}

TEST_F(StaffLife, a_suspended_person_resumes_by_two_people_and_signs_in_anew) {
    const auto key = add_key_of_ada();
    const auto before = browser.fields();
    ASSERT_EQ(ask("suspend", ada).status, 200);
    const auto asked = ask("resume", ada);
    EXPECT_EQ(asked.status, 202);
    EXPECT_EQ(browser.sign_in(database, ada).status, 401) << "nobody has approved it";
    EXPECT_EQ(approved(database, asked).status, 200);
    EXPECT_EQ(client.ask("GET", "/v1/session", before).status, 401)
        << "what ended does not begin again";
    EXPECT_EQ(browser.sign_in(database, ada).status, 201);
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 200);
    EXPECT_EQ(ask("resume", ada).code(), "not_suspended");
}

TEST_F(StaffLife, who_leaves_takes_nothing_along) {
    const auto key = add_key_of_ada();
    database.psql(
        "insert into delegation (id, from_staff, to_staff, valid_from, valid_until, "
        "reason) values (gen_random_uuid(), '" +
        ada.id + "', '" + sue.id + "', now(), now() + interval '1 day', 'r')");
    const auto answer = ask("leave", ada, R"({"reason":"r","successor_id":")" + sue.id + R"("})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto body = boost::json::parse(answer.body);
    EXPECT_EQ(body.at("staff").at("status").as_string(), "left");
    EXPECT_EQ(body.at("ended_sessions").as_int64(), 1);
    EXPECT_EQ(body.at("ended_keys").as_int64(), 1);
    EXPECT_EQ(body.at("ended_grants").as_int64(), 1);
    EXPECT_EQ(body.at("ended_delegations").as_int64(), 1);
    EXPECT_EQ(browser.get("/v1/session").status, 401);
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 401);
    EXPECT_EQ(browser.sign_in(database, ada).status, 401);
    EXPECT_EQ(ask("resume", ada).code(), "already_left");
    EXPECT_EQ(ask("password-reset", ada).code(), "already_left");
    EXPECT_EQ(ask("suspend", ada).code(), "already_left");
    EXPECT_EQ(database.psql("select revoked_by from api_key where owner_id is not null"),
              "staff:root");
}

TEST_F(StaffLife, who_leaves_hands_their_clients_to_the_successor) {
    add_trading_server(database);
    const auto key = add_key(database, every_permission());
    const std::string person = R"({"id":")" + test_uuid(2) + R"(","kind":"natural","name":"Ann"})";
    ASSERT_EQ(client
                  .ask("POST", "/v1/clients", with_request_key(key, "a"),
                       R"({"id":")" + test_uuid(1) + R"(","person":)" + person +
                           R"(,"reason":"r","status":"registered"})")
                  .status,
              201);
    database.psql("update client set manager_id = '" + ada.id + "'");
    const auto answer = ask("leave", ada, R"({"reason":"r","successor_id":")" + sue.id + R"("})");
    EXPECT_EQ(boost::json::parse(answer.body).at("reassigned_clients").at(0).as_string(),
              test_uuid(1));
    EXPECT_EQ(database.psql("select manager_id from client"), sue.id);
    EXPECT_EQ(database.psql("select manager_id from client_assignment where until is null"),
              sue.id);
    EXPECT_EQ(database.psql("select actor from audit where action = 'client_reassigned' "
                            "and subject = 'client:" +
                            test_uuid(1) + "'"),
              "staff:root");
}

TEST_F(StaffLife, who_leaves_names_somebody_active_and_other) {
    const auto leave_to = [&](const std::string& successor) {
        return ask("leave", ada, R"({"reason":"r","successor_id":")" + successor + R"("})").code();
    };
    EXPECT_EQ(leave_to(test_uuid(99)), "unknown_successor");
    EXPECT_EQ(leave_to(ada.id), "successor_invalid");
    ASSERT_EQ(ask("suspend", sue).status, 200);
    EXPECT_EQ(leave_to(sue.id), "successor_invalid");
    EXPECT_EQ(browser.get("/v1/servers").status, 200);
}

TEST_F(StaffLife, nobody_removes_themselves) {
    const std::string path = "/v1/staff/" + root.id;
    EXPECT_EQ(administrator.post(path + "/suspend", R"({"reason":"r"})").code(), "oneself");
    EXPECT_EQ(
        administrator.post(path + "/leave", R"({"reason":"r","successor_id":")" + sue.id + R"("})")
            .code(),
        "oneself");
    EXPECT_EQ(administrator.get("/v1/session").status, 200);
}

TEST_F(StaffLife, two_administrators_do_not_remove_each_other) {
    const auto otto = add_member(database, "otto", {"administrator"});
    Browser his(gateway);
    ASSERT_EQ(his.sign_in(database, otto).status, 201);
    ASSERT_EQ(ask("suspend", otto).status, 200);
    EXPECT_EQ(his.post("/v1/staff/" + root.id + "/suspend", R"({"reason":"r"})").status, 401);
    EXPECT_EQ(database.psql("select count(*) from staff s join role_grant g on g.staff_id = s.id "
                            "where g.role = 'administrator' and s.status = 'active'"),
              "1");
}

TEST_F(StaffLife, two_administrators_who_remove_each_other_at_once_leave_one) {
    const auto otto = add_member(database, "otto", {"administrator"});
    const std::string why = R"({"reason":"r"})";
    for (int round = 0; round < 5; ++round) {
        Browser one(gateway), other(gateway);
        database.psql("update staff_session set ended_at = now(), ended_why = 'revoked'");
        const auto sign_in = [&](Browser& who, const Member& member) {
            ASSERT_EQ(who.sign_in(database, member).status, 201);
        };
        sign_in(one, root);
        sign_in(other, otto);
        {
            std::jthread first([&] { one.post("/v1/staff/" + otto.id + "/suspend", why); });
            std::jthread second([&] { other.post("/v1/staff/" + root.id + "/suspend", why); });
        }
        EXPECT_EQ(database.psql("select count(*) from staff where status = 'active' "
                                "and username in ('root', 'otto')"),
                  "1");
        database.psql("update staff set status = 'active' where status = 'suspended'");
    }
}

TEST_F(StaffLife, an_administrator_sees_sessions_and_ends_one) {
    Browser phone(gateway, {{"User-Agent", "phone"}});
    ASSERT_EQ(phone.sign_in(database, ada).status, 201);
    const std::string path = "/v1/staff/" + ada.id + "/sessions";
    const auto items = boost::json::parse(administrator.get(path).body).at("items").as_array();
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[1].at("user_agent").as_string(), "phone");
    const std::string id(items[1].at("id").as_string());
    const std::string revoke = path + "/" + id + "/revoke", why = R"({"reason":"lost"})";
    EXPECT_EQ(administrator.post("/v1/staff/" + sue.id + "/sessions/" + id + "/revoke", why).code(),
              "unknown_session")
        << "it is not hers";
    EXPECT_EQ(administrator.post(revoke, why).status, 200);
    EXPECT_EQ(phone.get("/v1/session").status, 401);
    EXPECT_EQ(browser.get("/v1/session").status, 200);
    EXPECT_EQ(administrator.post(revoke, why).code(), "unknown_session");
    EXPECT_EQ(database.psql("select reason from audit where action = 'session_revoked'"), "lost");
    EXPECT_EQ(browser.get(path).code(), "permission_missing");
}

TEST_F(StaffLife, a_username_and_an_id_are_given_once) {
    const auto add = [&](const std::string& id, const std::string& username) {
        return administrator
            .post("/v1/staff",
                  R"({"id":")" + id + R"(","person_id":")" + id + R"(","username":")" + username +
                      R"(","name":"N"})",
                  {{"Idempotency-Key", id + username}})
            .code();
    };
    EXPECT_EQ(add(test_uuid(50), "ada"), "username_taken");
    EXPECT_EQ(add(ada.id, "fresh"), "id_taken");
    EXPECT_EQ(add(test_uuid(50), "Ada"), "username_invalid");
    EXPECT_EQ(add(test_uuid(50), "fresh"), "");
}

}  // namespace
}  // namespace cambist::gateway
