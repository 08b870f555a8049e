#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <iostream>

#include "tests/integration/gateway/running_gateway.hpp"

// Who waits for events is cut as soon as the credential, or what it may do, is taken away.
namespace cambist::gateway {
namespace {

using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Cut : public testing::Test {
  protected:
    Cut() { add_trading_server(database); }

    /// A connection on which that caller waits for events.
    HttpClient waiting(const HttpClient::Fields& caller) {
        auto client = running.client();
        EXPECT_TRUE(client.send(request_text("GET", wait, caller, "")));
        EXPECT_FALSE(client.readable(300)) << "answered instead of waiting";
        return client;
    }

    /// Does it, and sees the one who waits cut with that status within a second.
    template <class Act>
    void expect_cut(HttpClient client, int status, Act act) {
        const auto begun = steady::now();
        act();
        const auto done = steady::now();
        const auto answer = client.receive();
        const auto took = std::chrono::duration_cast<milliseconds>(steady::now() - begun);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, status) << answer->body;
        EXPECT_LT(steady::now() - done, std::chrono::seconds(1));
        std::cout << "cut " << took.count() << " ms after it was asked for\n";
    }

    ReceivedAnswer ask(const HttpClient::Fields& caller, const std::string& method,
                       const std::string& target, const std::string& body = {}) {
        return running.client().ask(method, target, caller, body);
    }
    std::string staff_id(const std::string& username) {
        return database.psql("select id from cambist.staff where username = '" + username + "'");
    }

    tests::TestDatabase database;
    RunningGateway running{database.settings("cambist_gateway")};
    const std::string wait = "/v1/events?start=now&wait=20";
    const HttpClient::Fields ada = add_session(database, "ada", {"administrator"});
    const HttpClient::Fields bob = add_session(database, "bob", {"administrator"});
};

TEST_F(Cut, a_session_that_its_owner_ends) {
    expect_cut(waiting(ada), 401,
               [&] { EXPECT_EQ(ask(ada, "POST", "/v1/session/end", "{}").status, 200); });
}

TEST_F(Cut, a_session_that_somebody_revokes) {
    const auto session = database.psql(
        "select n.id from cambist.staff_session n join cambist.staff s on s.id = n.staff_id "
        "where username = 'ada'");
    expect_cut(waiting(ada), 401, [&] {
        const auto path = "/v1/staff/" + staff_id("ada") + "/sessions/" + session + "/revoke";
        EXPECT_EQ(ask(bob, "POST", path, R"({"reason":"lost laptop"})").status, 200);
    });
}

TEST_F(Cut, a_device_that_is_revoked) {
    const auto devices = boost::json::parse(ask(ada, "GET", "/v1/session/devices").body);
    const std::string device(devices.at("items").at(0).at("id").as_string());
    expect_cut(waiting(ada), 401, [&] {
        const auto path = "/v1/session/devices/" + device + "/revoke";
        EXPECT_EQ(ask(ada, "POST", path, "{}").status, 200);
    });
}

TEST_F(Cut, somebody_who_is_suspended) {
    expect_cut(waiting(ada), 401, [&] {
        const auto path = "/v1/staff/" + staff_id("ada") + "/suspend";
        EXPECT_EQ(ask(bob, "POST", path, R"({"reason":"under inquiry"})").status, 200);
    });
}

TEST_F(Cut, a_role_that_is_taken_away) {
    expect_cut(waiting(ada), 401, [&] {
        database.psql(
            "update cambist.role_grant set revoked_at = now(), revoked_by = 'test' "
            "where staff_id = '" +
            staff_id("ada") + "'");
    });
}

TEST_F(Cut, a_password_that_is_changed) {
    expect_cut(waiting(ada), 401, [&] {
        database.psql(
            "update cambist.staff_credential "
            "set password_hash = format('%sargon2id%s', chr(36), chr(36)), "
            "    password_changed_at = now() "
            "where staff_id = '" +
            staff_id("ada") + "'");
    });
}

TEST_F(Cut, a_key_that_is_revoked) {
    const auto key = add_key(database, {"event.read"});
    const auto id = database.psql("select id from cambist.api_key");
    expect_cut(waiting(key), 401, [&] {
        EXPECT_EQ(ask(bob, "POST", "/v1/keys/" + id + "/revoke", R"({"reason":"leaked"})").status,
                  200);
    });
}

TEST_F(Cut, also_when_the_gateway_cannot_hear_of_it) {
    auto client = waiting(ada);
    expect_cut(std::move(client), 401, [&] {
        database.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and query ilike 'listen%';"
            "update cambist.role_grant set revoked_at = now(), revoked_by = 'test' "
            "where staff_id = '" +
            staff_id("ada") + "'");
    });
}

TEST_F(Cut, others_wait_on_and_hear_what_happens) {
    auto waits = waiting(bob);
    expect_cut(waiting(ada), 401,
               [&] { EXPECT_EQ(ask(ada, "POST", "/v1/session/end", "{}").status, 200); });
    const auto key = add_key(database, every_permission());
    const auto body = R"({"id":")" + test_uuid(1) + R"(","person":{"id":")" + test_uuid(2) +
                      R"(","kind":"natural","name":"Ada"},"status":"registered"})";
    const auto added =
        running.client().ask("POST", "/v1/clients", with_request_key(key, "new"), body);
    ASSERT_EQ(added.status, 201) << added.body;
    const auto heard = waits.receive();
    ASSERT_TRUE(heard);
    ASSERT_EQ(heard->status, 200) << heard->body;
    const auto page = boost::json::parse(heard->body);
    EXPECT_EQ(page.at("items").at(0).at("subject").as_string(), "client:" + test_uuid(1));
    const std::string next(page.at("next").as_string());
    const auto rest = ask(bob, "GET", "/v1/events?after=" + next);
    EXPECT_EQ(boost::json::parse(rest.body).at("items").as_array().size(), 0u) << rest.body;
}

TEST_F(Cut, nobody_hears_of_clients_outside_the_scope) {
    const auto waits = [&] { return add_key(database, {"event.read"}); };
    const auto narrow = waits();
    database.psql("update cambist.api_key set regions = '{north}'");
    const auto wide = add_key(database, every_permission());
    for (const char* number : {"1", "2"}) {
        const auto id = test_uuid(std::stoul(number));
        database.psql("insert into cambist.person (id, name) values ('" + id +
                      "', 'X');"
                      "insert into cambist.client (id, person_id, legal_entity, status, region) "
                      "values ('" +
                      id + "', '" + id + "', 'main', 'registered', '" +
                      (number == std::string("1") ? "north" : "south") + "')");
        EXPECT_EQ(running.client()
                      .ask("POST", "/v1/clients/" + id + "/status", wide,
                           R"({"to":"closed","reason":"r"})")
                      .status,
                  200);
    }
    const auto seen = boost::json::parse(ask(narrow, "GET", "/v1/events").body);
    ASSERT_GE(seen.at("items").as_array().size(), 1u);
    for (const auto& item : seen.at("items").as_array())
        EXPECT_EQ(item.at("subject").as_string(), "client:" + test_uuid(1));
}

}  // namespace
}  // namespace cambist::gateway
