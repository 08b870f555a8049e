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

TEST_F(Manners, addresses_are_the_clients_only_where_a_proxy_names_them) {
    RequestLimits limits;
    limits.strangers = {.per_second = 1, .burst = 1};
    for (const bool proxied : {true, false}) {
        DoorSettings door = quick_door();
        if (proxied)
            door.proxies.addresses = {"127.0.0.1"};
        const RunningGateway running(database.settings("cambist_gateway"), {}, {.limits = limits},
                                     door);
        auto client = running.client();
        const auto ask = [&](const std::string& named) {
            return client.ask("GET", "/livez", {{"X-Forwarded-For", named}}).status;
        };
        EXPECT_EQ(ask("8.8.8.8, 10.0.0.1"), 200);
        EXPECT_EQ(ask("8.8.8.8, 10.0.0.2"), proxied ? 200 : 429);
        EXPECT_EQ(ask("7.7.7.7, 10.0.0.1"), 429);
    }
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

/// Client 1 and server 1, with a gateway that knows them.
class Versions : public Manners {
  protected:
    Versions() {
        add_trading_server(database);
        const auto body = R"({"id":")" + test_uuid(1) + R"(","person":{"id":")" + test_uuid(2) +
                          R"(","kind":"natural","name":"Ada"},"status":"registered"})";
        EXPECT_EQ(ask("POST", "/v1/clients", {{"Idempotency-Key", "new"}}, body).status, 201);
    }

    ReceivedAnswer ask(const std::string& method, const std::string& target,
                       HttpClient::Fields fields = {}, const std::string& body = {}) {
        fields.insert(fields.end(), key.begin(), key.end());
        return client.ask(method, target, fields, body);
    }

    RunningGateway running{database.settings("cambist_gateway")};
    HttpClient client = running.client();
    const std::string ada = "/v1/clients/" + test_uuid(1);
    const std::string lower = R"({"leverage_cap_x100":3000,"reason":"r"})";
};

TEST_F(Versions, who_has_it_already_does_not_get_it_again) {
    for (const std::string& path :
         {ada, std::string("/v1/servers/1"), std::string("/v1/accounts/1/1001")}) {
        const auto etag = ask("GET", path).header("etag");
        ASSERT_GT(etag.size(), 2u) << path;
        for (const auto& known : {etag, "\"other\", W/" + etag, std::string("*")}) {
            const auto again = ask("GET", path, {{"If-None-Match", known}});
            EXPECT_EQ(again.status, 304) << path << " " << known;
            EXPECT_EQ(again.header("etag"), etag);
            EXPECT_EQ(again.body, "");
        }
        EXPECT_EQ(ask("HEAD", path, {{"If-None-Match", etag}}).status, 304);
        EXPECT_EQ(ask("GET", path, {{"If-None-Match", "\"other\""}}).status, 200);
    }
    const auto list = ask("GET", "/v1/clients", {{"If-None-Match", "*"}});
    EXPECT_EQ(list.status, 200);
    EXPECT_EQ(list.header("etag"), "") << "a list has none";
}

TEST_F(Versions, an_account_has_another_etag_once_anything_that_is_shown_changes) {
    const auto etag = ask("GET", "/v1/accounts/1/1001").header("etag");
    database.psql("update cambist.account set balance = balance + 1");
    const auto changed = ask("GET", "/v1/accounts/1/1001", {{"If-None-Match", etag}});
    EXPECT_EQ(changed.status, 200);
    EXPECT_NE(changed.header("etag"), etag);
}

TEST_F(Versions, an_edit_of_what_has_changed_since_is_refused_and_does_nothing) {
    const auto seen = ask("GET", ada).header("etag");
    const auto first = ask("POST", ada + "/leverage-cap", {{"If-Match", seen}}, lower);
    EXPECT_EQ(first.status, 200);
    EXPECT_NE(first.header("etag"), seen);
    const auto late = ask("POST", ada + "/leverage-cap", {{"If-Match", seen}},
                          R"({"leverage_cap_x100":2000,"reason":"r"})");
    EXPECT_EQ(late.status, 412);
    EXPECT_EQ(late.code(), "stale_version");
    EXPECT_EQ(ask("GET", ada).header("etag"), first.header("etag"));
    EXPECT_EQ(ask("POST", ada + "/classification", {{"If-Match", seen}},
                  R"({"classification":"professional","reason":"r"})")
                  .code(),
              "stale_version");
}

TEST_F(Versions, a_server_is_edited_as_it_was_looked_at) {
    const auto seen = ask("GET", "/v1/servers/1").header("etag");
    const std::string reason = R"({"reason":"r"})";
    const auto stopped = ask("POST", "/v1/servers/1/money-out-stop", {{"If-Match", seen}}, reason);
    EXPECT_EQ(stopped.status, 200);
    EXPECT_EQ(stopped.header("etag"), ask("GET", "/v1/servers/1").header("etag"));
    EXPECT_EQ(ask("POST", "/v1/servers/1/money-out-stop", {{"If-Match", seen}}, reason).code(),
              "stale_version");
    EXPECT_EQ(ask("POST", "/v1/servers/9/money-out-stop", {{"If-Match", seen}}, reason).code(),
              "unknown_server");
}

TEST_F(Versions, if_match_names_one_strong_etag_of_something_with_a_version) {
    for (const char* bad : {"*", "W/\"v1\"", "v1", "\"v1\", \"v2\"", "\"\"", "\"a b\""})
        EXPECT_EQ(ask("POST", ada + "/leverage-cap", {{"If-Match", bad}}, lower).code(),
                  "bad_if_match")
            << bad;
    EXPECT_EQ(
        ask("POST", "/v1/accounts/1/1001/leverage-cap", {{"If-Match", "\"v1\""}}, lower).code(),
        "if_match_not_taken");
}

}  // namespace
}  // namespace cambist::gateway
