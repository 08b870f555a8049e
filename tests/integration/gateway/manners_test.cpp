#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

class Manners : public ::testing::Test {
  protected:
    TestDatabase database;
    HttpClient::Fields key = add_key(database, every_permission());

    RunningGateway gateway(const RequestLimits& limits = {}) {
        return RunningGateway(database.settings("cambist_gateway"), {}, {.limits = limits});
    }
};

TEST_F(Manners, a_caller_is_told_what_is_left_and_refused_when_nothing_is) {
    RequestLimits limits;
    limits.callers = {.per_second = 1, .burst = 3};
    const auto running = gateway(limits);
    auto client = running.client();
    const auto first = client.ask("GET", "/v1/servers", key);
    EXPECT_EQ(first.header("ratelimit-policy"), "\"caller\";q=3;w=3");
    EXPECT_EQ(first.header("ratelimit"), "\"caller\";r=2;t=1");
    while (client.ask("GET", "/v1/servers", key).status == 200) {
    }
    const auto refused = client.ask("GET", "/v1/servers", key);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.code(), "too_many_requests");
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(client.ask("GET", "/livez").status, 200) << "strangers are counted apart";
    const auto other = add_key(database, every_permission());
    EXPECT_EQ(client.ask("GET", "/v1/servers", other).status, 200) << "callers are counted apart";
}

TEST_F(Manners, who_guesses_credentials_keeps_nobody_else_from_asking) {
    RequestLimits limits;
    limits.strangers = {.per_second = 1, .burst = 5};
    const auto running = gateway(limits);
    auto client = running.client();
    ASSERT_EQ(client.ask("GET", "/v1/servers", key).status, 200);
    const HttpClient::Fields guess{{"Authorization", "Bearer cmb_0123456789abcdef_guess"}};
    while (client.ask("GET", "/v1/servers", guess).status == 401) {
    }
    const auto refused = client.ask("GET", "/v1/servers", guess);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("ratelimit-policy"), "\"stranger\";q=5;w=5");
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 200);
}

TEST_F(Manners, a_revoked_key_is_a_stranger_at_once) {
    const auto running = gateway();
    auto client = running.client();
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).header("ratelimit").substr(0, 8), "\"caller\"");
    database.psql("update cambist.api_key set revoked_at = now(), revoked_by = 'test'");
    const auto refused = client.ask("GET", "/v1/servers", key);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("ratelimit").substr(0, 10), "\"stranger\"");
}

TEST_F(Manners, a_cursor_is_good_for_its_list_with_its_filters_at_every_gateway_of_one_secret) {
    add_trading_server(database);
    database.psql("insert into cambist.account (server_id, login) select 1, generate_series(1, 5)");
    const CursorKey secret("shared by both");
    const RunningGateway first(database.settings("cambist_gateway"), {}, {.cursors = secret});
    const RunningGateway second(database.settings("cambist_gateway"), {}, {.cursors = secret});
    const RunningGateway stranger(database.settings("cambist_gateway"));
    const auto page = first.client().ask("GET", "/v1/accounts?server=1&limit=2", key);
    const std::string next(boost::json::parse(page.body).at("next").as_string());
    const auto ask = [&](const RunningGateway& asked, const std::string& target) {
        return asked.client().ask("GET", target + "after=" + next, key);
    };
    EXPECT_EQ(ask(first, "/v1/accounts?server=1&").status, 200);
    EXPECT_EQ(ask(second, "/v1/accounts?limit=3&server=1&").status, 200);
    EXPECT_EQ(ask(first, "/v1/accounts?").code(), "bad_cursor");
    EXPECT_EQ(ask(first, "/v1/accounts?server=2&").code(), "bad_cursor");
    EXPECT_EQ(ask(first, "/v1/servers/1/groups?").code(), "bad_cursor");
    EXPECT_EQ(ask(stranger, "/v1/accounts?server=1&").code(), "bad_cursor");
}

}  // namespace
}  // namespace cambist::gateway
