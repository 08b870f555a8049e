#include <gtest/gtest.h>

#include "tests/integration/gateway/running_gateway.hpp"

// What is read in one look, together with who asks, is told to nobody who may not know it.
namespace cambist::gateway {
namespace {

class Look : public testing::Test {
  protected:
    Look() {
        database.psql(
            "set search_path = cambist;"
            "insert into person (id, name) values ('" +
            test_uuid(101) + "', 'Ann Miller'), ('" + test_uuid(102) +
            "', 'Bob Lake');"
            "insert into client (id, person_id, legal_entity, status, region) values ('" +
            test_uuid(1) + "', '" + test_uuid(101) + "', 'main', 'approved', 'north'), ('" +
            test_uuid(2) + "', '" + test_uuid(102) + "', 'main', 'approved', 'south')");
    }

    ReceivedAnswer read(const HttpClient::Fields& caller, int client = 1) {
        return http.ask("GET", "/v1/clients/" + test_uuid(static_cast<std::uint64_t>(client)),
                        caller);
    }

    /// The second time the caller is known and one look is enough.
    void expect_read_twice(const HttpClient::Fields& caller) {
        EXPECT_EQ(read(caller).status, 200);
        EXPECT_EQ(read(caller).status, 200);
        const auto metrics = http.ask("GET", "/metrics", {});
        EXPECT_FALSE(metrics.body.contains("cambist_gateway_lookup_lines 0"));
        EXPECT_TRUE(metrics.body.contains("cambist_gateway_lookup_lines "));
    }

    void expect_end(const HttpClient::Fields& caller, const std::string& sql, int status) {
        expect_read_twice(caller);
        database.psql("set search_path = cambist;" + sql);
        EXPECT_EQ(read(caller).status, status) << sql;
        EXPECT_EQ(read(caller).status, status) << sql;
    }

    tests::TestDatabase database;
    RunningGateway running{database.settings("cambist_gateway")};
    HttpClient http = running.client();
};

TEST_F(Look, a_key_that_ends_reads_nothing_more) {
    expect_end(add_key(database, {"client.read"}), "update api_key set revoked_at = now()", 401);
    expect_end(add_key(database, {"client.read"}), "update api_key set expires_at = now()", 401);
    expect_end(add_key(database, {"client.read"}), "update api_key set hash = sha256(id::bytea)",
               401);
    expect_end(add_key(database, {"client.read"}), "update api_key set permissions = '{}'", 403);
    expect_end(add_key(database, {"client.read"}), "update api_key set regions = '{south}'", 404);
}

TEST_F(Look, a_session_that_ends_or_loses_its_role_reads_nothing_more) {
    expect_end(add_session(database, "ada", {"support"}),
               "update staff_session set ended_at = now(), ended_why = 'revoked'", 401);
    expect_end(add_session(database, "bea", {"support"}),
               "update staff_session set idle_expires_at = now()", 401);
    expect_end(add_session(database, "cat", {"support"}),
               "update role_grant set regions = '{south}'", 401);
}

TEST_F(Look, callers_in_turn_on_the_same_connections_see_their_own_clients_alone) {
    const auto north = add_session(database, "nora", {"support"});
    database.psql("update cambist.role_grant set regions = '{north}'");
    const auto south = add_session(database, "sue", {"support"});
    database.psql(
        "set search_path = cambist;"
        "update role_grant set regions = '{south}' where regions is null;"
        "update staff_session s set security_version = c.security_version "
        "  from staff_credential c where c.staff_id = s.staff_id");
    for (int turn = 0; turn < 20; ++turn) {
        EXPECT_EQ(read(north, 1).status, 200);
        EXPECT_EQ(read(south, 1).status, 404);
        EXPECT_EQ(read(north, 2).status, 404);
        EXPECT_EQ(read(south, 2).status, 200);
    }
}

TEST_F(Look, another_secret_of_a_known_key_opens_nothing) {
    auto key = add_key(database, {"client.read"});
    expect_read_twice(key);
    key.front().second.back() = key.front().second.back() == '0' ? '1' : '0';
    EXPECT_EQ(read(key).status, 401);
    EXPECT_EQ(read(key).status, 401);
}

TEST_F(Look, answers_as_the_long_way_does) {
    const auto key = add_key(database, {"client.read", "account.read", "server.read"});
    add_trading_server(database);
    const std::string clients = "/v1/clients/", accounts = "/v1/accounts/1/";
    for (const std::string& path :
         {clients + test_uuid(1), clients + test_uuid(9), clients + "x", accounts + "1001",
          accounts + "77", std::string("/v1/servers/1"), std::string("/v1/servers/77")}) {
        auto other = running.client();
        const auto fresh = add_key(database, {"client.read", "account.read", "server.read"});
        const auto first = other.ask("GET", path, fresh);
        http.ask("GET", path, key);
        const auto second = http.ask("GET", path, key);
        EXPECT_EQ(first.status, second.status) << path;
        EXPECT_EQ(first.body, second.body) << path;
        EXPECT_EQ(first.header("etag"), second.header("etag")) << path;
    }
}

TEST_F(Look, goes_on_when_its_connections_are_lost) {
    const auto key = add_key(database, {"client.read"});
    expect_read_twice(key);
    database.psql(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()");
    for (int turn = 0; turn < 5; ++turn)
        EXPECT_EQ(read(key).status, 200);
}

}  // namespace
}  // namespace cambist::gateway
