#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;

/// Ada's clients 1 to 3 in the north, Bob's 4 in the south; north is who looks after the north.
class Assignment : public testing::Test {
  protected:
    Assignment() {
        for (std::uint64_t number = 1; number <= 4; ++number)
            database.psql(fmt::format(
                "set search_path = cambist;"
                "insert into person (id, name, country) values ('{1}', 'Zoe Miller{2}', 'GB');"
                "insert into client (id, person_id, legal_entity, status, region, manager_id) "
                "select '{0}', '{1}', 'main', 'approved', '{3}', id from staff where username = "
                "'{4}'",
                test_uuid(number), test_uuid(100 + number), number, number < 4 ? "north" : "south",
                number < 4 ? "ada" : "bob"));
    }

    ReceivedAnswer ask(const HttpClient::Fields& caller, const std::string& target) {
        return running.client().ask("GET", target, caller);
    }
    ReceivedAnswer assign(const HttpClient::Fields& caller, std::uint64_t client,
                          const std::string& fields) {
        return running.client().ask("POST", "/v1/clients/" + test_uuid(client) + "/assignment",
                                    with_request_key(caller, "r" + std::to_string(++requests)),
                                    "{" + fields + R"(,"reason":"moves house"})");
    }
    HttpClient::Fields with_scope(const std::string& username, const std::string& role,
                                  const std::string& scope) {
        const auto fields = add_session(database, username, {});
        database.psql(fmt::format(
            "set search_path = cambist;"
            "insert into role_grant (id, staff_id, role, granted_by, {0}) "
            "values (gen_random_uuid(), '{1}', '{2}', 'test', {3});"
            "update staff_session s set security_version = c.security_version "
            "  from staff_credential c where c.staff_id = s.staff_id and s.staff_id = '{1}'",
            scope.substr(0, scope.find(" =")), staff_id(username), role,
            scope.substr(scope.find("= ") + 2)));
        return fields;
    }
    std::string staff_id(const std::string& username) {
        return database.psql("select id from cambist.staff where username = '" + username + "'");
    }
    std::int64_t count(const HttpClient::Fields& caller) {
        return json::parse(ask(caller, "/v1/clients/count").body).at("count").as_int64();
    }

    tests::TestDatabase database;
    RunningGateway running{database.settings("cambist_gateway")};
    const HttpClient::Fields ada = with_scope("ada", "sales", "own_clients = true");
    const HttpClient::Fields bob = with_scope("bob", "sales", "own_clients = true");
    const HttpClient::Fields chief = add_session(database, "chief", {"partner_manager"});
    const HttpClient::Fields north = with_scope("nora", "compliance", "regions = '{north}'");
    int requests = 0;
};

TEST_F(Assignment, moves_a_client_from_one_scope_to_another_at_once) {
    EXPECT_EQ(count(ada), 3);
    EXPECT_EQ(count(bob), 1);
    const auto done = assign(chief, 1, R"("manager_id":")" + staff_id("bob") + "\"");
    ASSERT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(count(ada), 2);
    EXPECT_EQ(count(bob), 2);
    EXPECT_EQ(ask(ada, "/v1/clients/" + test_uuid(1)).status, 404);
    EXPECT_EQ(ask(bob, "/v1/clients/" + test_uuid(1)).status, 200);
    EXPECT_EQ(count(north), 3);
    ASSERT_EQ(assign(chief, 1, R"("region":"south")").status, 200);
    EXPECT_EQ(count(north), 2);
    EXPECT_EQ(database.psql("select string_agg(actor || ' ' || reason, ',') from cambist.audit "
                            "where action = 'client_assigned'"),
              "staff:chief moves house,staff:chief moves house");
    const auto past =
        json::parse(ask(bob, "/v1/clients/" + test_uuid(1) + "/assignments").body).at("items");
    ASSERT_EQ(past.as_array().size(), 2U) << json::serialize(past);
    EXPECT_EQ(past.at(0).at("region").as_string(), "south");
    EXPECT_EQ(past.at(1).at("manager").at("name").as_string(), "bob");
}

TEST_F(Assignment, takes_a_permission_and_an_approval_for_another_partner) {
    database.psql("insert into cambist.partner (id, name) values ('" + test_uuid(50) + "', 'P')");
    EXPECT_EQ(assign(ada, 1, R"("region":"south")").code(), "permission_missing");
    EXPECT_EQ(assign(chief, 1, R"("manager_id":")" + test_uuid(77) + "\"").code(),
              "unknown_manager");
    EXPECT_EQ(assign(chief, 1, R"("partner_id":")" + test_uuid(77) + "\"").code(),
              "unknown_partner");
    const auto asked = assign(chief, 1, R"("partner_id":")" + test_uuid(50) + "\"");
    ASSERT_EQ(asked.status, 202) << asked.body;
    const auto of_partner = with_scope("pam", "sales", "partner_id = '" + test_uuid(50) + "'");
    EXPECT_EQ(count(of_partner), 0);
    EXPECT_EQ(approved(database, asked).status, 200);
    EXPECT_EQ(count(of_partner), 1);
}

TEST_F(Assignment, gives_nobody_a_client_outside_the_scope_of_who_assigns) {
    const auto northern = with_scope("mia", "partner_manager", "regions = '{north}'");
    EXPECT_EQ(assign(northern, 4, R"("region":"north")").status, 404);
    EXPECT_EQ(assign(northern, 1, R"("region":"south")").code(), "out_of_scope");
}

TEST_F(Assignment, names_are_masked_unless_they_may_be_read_for_that_client) {
    for (const std::string& path : {"/v1/clients/" + test_uuid(1), std::string("/v1/clients"),
                                    "/v1/search?q=" + test_uuid(1)}) {
        const auto masked = ask(ada, path);
        ASSERT_EQ(masked.status, 200) << masked.body;
        EXPECT_FALSE(masked.body.contains("Miller")) << path << masked.body;
        EXPECT_TRUE(masked.body.contains("Z*** M***")) << path << masked.body;
        EXPECT_TRUE(ask(north, path).body.contains("Zoe Miller1")) << path;
    }
    EXPECT_EQ(ask(ada, "/v1/persons/" + test_uuid(101)).code(), "permission_missing");
    EXPECT_EQ(ask(north, "/v1/persons/" + test_uuid(104)).status, 404);
}

TEST_F(Assignment, reading_a_person_is_on_record) {
    const auto read = ask(north, "/v1/persons/" + test_uuid(101));
    ASSERT_EQ(read.status, 200) << read.body;
    EXPECT_EQ(json::parse(read.body).at("name").as_string(), "Zoe Miller1");
    EXPECT_EQ(database.psql("select actor || ' ' || subject || ' ' || client_id from cambist.audit "
                            "where action = 'person_read'"),
              "staff:nora person:" + test_uuid(101) + " " + test_uuid(1));
}

TEST_F(Assignment, searching_by_name_finds_only_whom_one_may_read_by_name) {
    const auto found = [&](const HttpClient::Fields& caller, const std::string& text) {
        const auto answer = ask(caller, "/v1/search?q=" + text);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body).at("clients").as_array().size();
    };
    EXPECT_EQ(found(north, "miller"), 3U);
    EXPECT_EQ(found(north, "MILLER2%20zo"), 1U);
    EXPECT_EQ(found(north, "miller4"), 0U);
    EXPECT_EQ(found(ada, "miller"), 0U);
    EXPECT_EQ(found(ada, test_uuid(4)), 0U);
}

TEST_F(Assignment, a_file_of_clients_holds_the_scope_alone_and_taking_it_is_on_record) {
    EXPECT_EQ(ask(ada, "/v1/clients/export").code(), "permission_missing");
    const auto file = ask(north, "/v1/clients/export");
    ASSERT_EQ(file.status, 200) << file.body;
    EXPECT_EQ(file.header("content-type"), "text/csv; charset=utf-8");
    EXPECT_EQ(std::ranges::count(file.body, '\n'), 4) << file.body;
    EXPECT_FALSE(file.body.contains(test_uuid(4)));
    EXPECT_TRUE(file.body.contains("Zoe Miller1"));
    EXPECT_EQ(database.psql("select actor || ' ' || (after->>'count') from cambist.audit "
                            "where action = 'clients_exported'"),
              "staff:nora 3");
    const auto risk = add_session(database, "rex", {"risk"});
    const auto masked = ask(risk, "/v1/clients/export");
    EXPECT_EQ(std::ranges::count(masked.body, '\n'), 5) << masked.body;
    EXPECT_FALSE(masked.body.contains("Miller"));
}

}  // namespace
}  // namespace cambist::gateway
