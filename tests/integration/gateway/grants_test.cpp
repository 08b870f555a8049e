#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

class Grants : public testing::Test {
  protected:
    Grants() { add_session(database, "eve", {}); }

    ReceivedAnswer ask(const HttpClient::Fields& caller, const std::string& method,
                       const std::string& target, const std::string& body = {}) {
        static int requests = 0;
        const auto fields =
            method == "POST" ? with_request_key(caller, "r" + std::to_string(++requests)) : caller;
        return running.client().ask(method, target, fields, body);
    }
    ReceivedAnswer give(const HttpClient::Fields& caller, const std::string& username,
                        const std::string& role, const std::string& more = "") {
        return ask(caller, "POST", "/v1/staff/" + staff_id(username) + "/grants",
                   R"({"id":")" + test_uuid(++last_id) + R"(","role":")" + role +
                       R"(","reason":"r")" + more + "}");
    }
    std::string staff_id(const std::string& username) {
        return database.psql("select id from cambist.staff where username = '" + username + "'");
    }
    std::string roles_of(const std::string& username) {
        return database.psql(
            "select coalesce(string_agg(role, ',' order by role), '') from cambist.role_grant "
            "where revoked_at is null and staff_id = '" +
            staff_id(username) + "'");
    }

    tests::TestDatabase database;
    RunningGateway running{database.settings("cambist_gateway")};
    const HttpClient::Fields ada = add_session(database, "ada", {"administrator"});
    std::uint64_t last_id = 100;
};

TEST_F(Grants, are_asked_for_and_given_when_somebody_agreed) {
    const auto asked = give(ada, "eve", "support", R"(,"clients":{"regions":["north"]},"days":30)");
    ASSERT_EQ(asked.status, 202) << asked.body;
    EXPECT_EQ(roles_of("eve"), "");
    const auto given = approved(database, asked);
    ASSERT_EQ(given.status, 201) << given.body;
    EXPECT_EQ(roles_of("eve"), "support");
    const auto list = ask(ada, "GET", "/v1/staff/" + staff_id("eve") + "/grants");
    const auto grant = boost::json::parse(list.body).at("items").at(0);
    EXPECT_EQ(grant.at("state").as_string(), "in_force");
    EXPECT_EQ(grant.at("granted_by").as_string(), "staff:ada");
    EXPECT_EQ(grant.at("clients").at("regions").at(0).as_string(), "north");
    EXPECT_TRUE(grant.at("approval_id").is_string());
}

TEST_F(Grants, are_refused_by_name) {
    EXPECT_EQ(give(ada, "ada", "support").code(), "oneself");
    EXPECT_EQ(give(ada, "eve", "emperor").code(), "unknown_role");
    EXPECT_EQ(give(ada, "eve", "support", R"(,"clients":{"partner_id":")" + test_uuid(5) + R"("})")
                  .code(),
              "unknown_partner");
    EXPECT_EQ(ask(ada, "POST", "/v1/staff/" + test_uuid(77) + "/grants",
                  R"({"id":")" + test_uuid(78) + R"(","role":"support","reason":"r"})")
                  .code(),
              "unknown_staff");
    add_session(database, "fin", {"finance"});
    EXPECT_EQ(give(ada, "fin", "dealing").code(), "roles_conflict");
    EXPECT_EQ(give(ada, "fin", "finance").code(), "already_granted");
    EXPECT_EQ(give(add_session(database, "risk", {"risk"}), "eve", "support").code(),
              "permission_missing");
    EXPECT_EQ(give(add_key(database, every_permission()), "eve", "support").code(), "people_only");
}

TEST_F(Grants, reach_no_further_than_those_of_whoever_asks) {
    database.psql("update cambist.role_grant set regions = '{north}' where staff_id = '" +
                  staff_id("ada") + "'");
    const auto ada_again = add_session(database, "bob", {"administrator"});
    database.psql("update cambist.role_grant set regions = '{north}' where staff_id = '" +
                  staff_id("bob") + "'");
    EXPECT_EQ(give(ada_again, "eve", "support").code(), "unauthorized");
    database.psql(
        "update cambist.staff_session set security_version = 9;"
        "update cambist.staff_credential set security_version = 9");
    EXPECT_EQ(give(ada_again, "eve", "support").code(), "not_grantable");
    EXPECT_EQ(give(ada_again, "eve", "support", R"(,"clients":{"regions":["south"]})").code(),
              "not_grantable");
    EXPECT_EQ(give(ada_again, "eve", "support", R"(,"clients":{"regions":["north"]})").status, 202);
}

TEST_F(Grants, are_not_given_when_the_asker_lost_the_right_meanwhile) {
    const auto asked = give(ada, "eve", "support");
    ASSERT_EQ(asked.status, 202);
    database.psql(
        "update cambist.role_grant set revoked_at = now(), revoked_by = 'x' "
        "where staff_id = '" +
        staff_id("ada") + "'");
    const auto decided = approved(database, asked);
    EXPECT_NE(decided.status, 201);
    EXPECT_EQ(roles_of("eve"), "");
}

TEST_F(Grants, of_another_account_of_the_same_person_count_too) {
    database.psql(
        "update cambist.staff set person_id = (select person_id from cambist.staff "
        "where username = 'ada') where username = 'eve'");
    EXPECT_EQ(give(ada, "eve", "support").code(), "oneself");
    const auto root = add_session(database, "root", {"administrator"});
    EXPECT_EQ(give(root, "eve", "support").code(), "roles_conflict");
}

TEST_F(Grants, are_taken_away_by_one_but_for_the_last_administrator) {
    const auto root = add_session(database, "root", {"administrator"});
    const auto of_ada = database.psql("select id from cambist.role_grant where staff_id = '" +
                                      staff_id("ada") + "'");
    const auto path = "/v1/grants/" + of_ada + "/revoke";
    EXPECT_EQ(ask(root, "POST", path, R"({"reason":"moves on"})").status, 200);
    EXPECT_EQ(ask(root, "POST", path, R"({"reason":"again"})").status, 200);
    EXPECT_EQ(ask(ada, "GET", "/v1/roles").code(), "unauthorized");
    const auto of_root = database.psql("select id from cambist.role_grant where staff_id = '" +
                                       staff_id("root") + "'");
    EXPECT_EQ(ask(root, "POST", "/v1/grants/" + of_root + "/revoke", R"({"reason":"all"})").code(),
              "last_administrator");
    EXPECT_EQ(database.psql("select count(*) from cambist.audit where action = 'role_revoked'"),
              "1");
}

TEST_F(Grants, somebody_stands_in_for_another_within_dates) {
    const auto risk = add_session(database, "risk", {"risk"});
    add_session(database, "fin", {"finance"});
    const auto delegate = [&](const HttpClient::Fields& caller, const std::string& to,
                              const std::string& from_day, const std::string& until_day) {
        const auto day = [&](const std::string& offset) {
            return database.psql("select to_char(now() at time zone 'utc' + interval '" + offset +
                                 "', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
        };
        return ask(caller, "POST", "/v1/delegations",
                   R"({"id":")" + test_uuid(++last_id) + R"(","to_id":")" + staff_id(to) +
                       R"(","valid_from":")" + day(from_day) + R"(","valid_until":")" +
                       day(until_day) + R"(","reason":"r"})");
    };
    EXPECT_EQ(delegate(risk, "risk", "0 day", "1 day").code(), "oneself");
    EXPECT_EQ(delegate(risk, "fin", "1 day", "0 day").code(), "dates_invalid");
    EXPECT_EQ(delegate(risk, "fin", "0 day", "100 day").code(), "dates_invalid");
    EXPECT_EQ(delegate(ada, "fin", "0 day", "1 day").code(), "roles_conflict");
    const auto asked = delegate(risk, "fin", "-1 hour", "1 day");
    ASSERT_EQ(asked.status, 202) << asked.body;
    EXPECT_EQ(approved(database, asked).status, 201);
    const auto list = boost::json::parse(ask(risk, "GET", "/v1/delegations").body);
    const auto& delegation = list.at("items").at(0);
    EXPECT_EQ(delegation.at("state").as_string(), "in_force");
    const std::string path =
        "/v1/delegations/" + std::string(delegation.at("id").as_string()) + "/end";
    const auto other = add_session(database, "deal", {"dealing"});
    EXPECT_EQ(ask(other, "POST", path, R"({"reason":"r"})").code(), "not_yours");
    EXPECT_EQ(ask(risk, "POST", path, R"({"reason":"back"})").status, 200);
    EXPECT_EQ(ask(risk, "POST", path, R"({"reason":"back"})").status, 200);
    EXPECT_EQ(
        ask(risk, "POST", "/v1/delegations/" + test_uuid(1) + "/end", R"({"reason":"r"})").code(),
        "unknown_delegation");
}

}  // namespace
}  // namespace cambist::gateway
