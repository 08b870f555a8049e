#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;
using namespace std::chrono_literals;

TEST(Unavailable, without_a_database_the_gateway_lives_and_says_503) {
    TestDatabase database;
    const auto key = add_key(database, every_permission());
    RunningGateway gateway(database.settings_through("127.0.0.1", 1, "cambist_gateway"));
    auto client = gateway.client();
    EXPECT_EQ(client.ask("GET", "/livez").status, 200);
    for (const char* path : {"/readyz", "/v1/servers"}) {
        const auto answer = client.ask("GET", path, key);
        EXPECT_EQ(answer.status, 503) << path;
        EXPECT_EQ(answer.code(), "database_unavailable") << path;
        EXPECT_EQ(answer.header("retry-after"), "1") << path;
    }
    const auto figures = client.ask("GET", "/metrics");
    EXPECT_EQ(figures.status, 200);
    EXPECT_NE(figures.body.find("cambist_gateway_database_up 0"), std::string::npos);
}

/// The session dies inside COMMIT, so that nobody can tell the outcome from its answer.
constexpr const char* die_at_commit =
    "create function cambist.die() returns trigger language plpgsql security definer as "
    "$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); return null; "
    "end $$;"
    "create constraint trigger die after insert on cambist.hold deferrable initially deferred "
    "for each row execute function cambist.die()";

TEST(Unavailable, a_commit_without_an_answer_is_unknown_and_the_same_key_settles_it) {
    TestDatabase database;
    add_trading_server(database);
    RunningGateway gateway(database.settings("cambist_gateway"));
    const auto key = with_request_key(add_key(database, every_permission()), "settle");
    const std::string body = R"({"id":")" + test_uuid(1) + R"(","kind":"trading","reason":"r"})";
    auto client = gateway.client();
    database.psql(die_at_commit);
    const auto unknown = client.ask("POST", "/v1/accounts/1/1001/holds", key, body);
    EXPECT_EQ(unknown.status, 503);
    EXPECT_EQ(unknown.code(), "outcome_unknown");
    EXPECT_EQ(unknown.header("retry-after"), "1");
    database.psql("drop trigger die on cambist.hold");
    EXPECT_EQ(client.ask("POST", "/v1/accounts/1/1001/holds", key, body).status, 201);
    EXPECT_EQ(database.psql("select count(*) from cambist.hold"), "1");
}

TEST(Unavailable, a_request_that_waits_too_long_is_given_up_and_nothing_was_done) {
    TestDatabase database;
    add_trading_server(database);
    RunningGateway gateway(database.settings("cambist_gateway"), {}, {.handler_time = 100ms});
    const auto key = with_request_key(add_key(database, every_permission()), "late");
    const std::string body = R"({"id":")" + test_uuid(1) + R"(","kind":"trading","reason":"r"})";
    auto client = gateway.client();
    boost::asio::io_context context;
    office::pg::Pool pool({.connection = database.settings()});
    constexpr office::pg::Query lock{"test_lock_account",
                                     "select from cambist.account where login = 1001 for update"};
    tests::await(context, [&]() -> boost::asio::awaitable<void> {
        auto holder = co_await pool.begin();
        co_await holder.execute(lock);
        const auto answer = client.ask("POST", "/v1/accounts/1/1001/holds", key, body);
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.code(), "too_slow");
    }());
    EXPECT_EQ(database.psql("select count(*) from cambist.hold"), "0");
    EXPECT_EQ(client.ask("POST", "/v1/accounts/1/1001/holds", key, body).status, 201);
}

}  // namespace
}  // namespace cambist::gateway
