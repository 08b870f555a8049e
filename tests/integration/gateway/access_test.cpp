#include <gtest/gtest.h>

#include "gateway/routes/table.hpp"
#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

/// A path of the pattern whose ids name nothing.
std::string path_of(std::string_view pattern) {
    std::string path;
    while (!pattern.empty()) {
        const auto open = pattern.find('{');
        path += pattern.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const auto close = pattern.find('}');
        const auto name = pattern.substr(open + 1, close - open - 1);
        path += name == "server" || name == "login" ? "77" : test_uuid(77);
        pattern.remove_prefix(close + 1);
    }
    return path;
}

ReceivedAnswer ask(HttpClient& client, const Route& route, const HttpClient::Fields& fields) {
    const std::string path = path_of(route.pattern);
    if (!route.writes())
        return client.ask("GET", path, fields);
    return client.ask("POST", path, with_request_key(fields, "k"), "{}");
}

TEST(Access, every_route_is_open_to_its_own_scope_and_to_no_other) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"));
    auto client = gateway.client();
    int allowed = 0, refused = 0;
    for (const std::string& scope : every_scope()) {
        const auto key = add_key(database, {scope}, false);
        for (const Route& route : routes()) {
            const auto answer = ask(client, route, key);
            const bool is_refused = answer.status == 403 && answer.code() == "scope_missing";
            EXPECT_EQ(is_refused, route.scope != scope) << scope << " at " << route.pattern;
            EXPECT_LT(answer.status, 500) << scope << " at " << route.pattern;
            (is_refused ? refused : allowed) += 1;
        }
    }
    EXPECT_EQ(allowed, static_cast<int>(routes().size()));
    EXPECT_EQ(refused, static_cast<int>(routes().size() * (every_scope().size() - 1)));
}

TEST(Access, whatever_is_wrong_with_a_key_the_answer_is_the_same) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"));
    const auto good = add_key(database, every_scope(), false);
    const std::string text = good.front().second;
    std::string other_secret = text;
    other_secret.back() = other_secret.back() == '0' ? '1' : '0';
    const std::string unknown = "Bearer cmb_0123456789abcdef_" + std::string(64, 'a');
    const std::vector<HttpClient::Fields> bad{
        {},
        {{"Authorization", ""}},
        {{"Authorization", "Bearer"}},
        {{"Authorization", "Basic dXNlcjpwYXNz"}},
        {{"Authorization", text.substr(7)}},
        {{"Authorization", other_secret}},
        {{"Authorization", unknown}},
        {{"Authorization", text + "0"}},
        {{"Authorization", text.substr(0, text.size() - 1)}},
        {{"Authorization", "Bearer " + std::string(8000, 'a')}},
        {{"Authorization", text}, {"Authorization", text}}};
    auto client = gateway.client();
    EXPECT_EQ(client.ask("GET", "/v1/servers", good).status, 200);
    const auto first = client.ask("GET", "/v1/servers");
    for (const auto& fields : bad) {
        const auto answer = client.ask("GET", "/v1/servers", fields);
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(answer.code(), "unauthorized");
        EXPECT_EQ(answer.body, first.body);
        EXPECT_EQ(answer.header("www-authenticate"), "Bearer realm=\"cambist\"");
    }
}

TEST(Access, a_revoked_key_is_refused_at_once) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"));
    const auto key = add_key(database, {"read"}, true);
    auto client = gateway.client();
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 200);
    database.psql("update cambist.api_key set revoked_at = now()");
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 401);
}

TEST(Access, a_key_that_may_only_narrow_restricts_and_never_gives_back) {
    TestDatabase database;
    add_trading_server(database);
    RunningGateway gateway(database.settings("cambist_gateway"));
    const auto full = add_key(database, every_scope(), false);
    // Its scopes would do; that it may only narrow wins.
    const auto narrow = add_key(database, every_scope(), true);
    auto client = gateway.client();
    const std::string id = test_uuid(1);
    const std::string body = R"({"id":")" + id + R"(","person":{"id":")" + test_uuid(2) +
                             R"(","kind":"natural","name":"Ada"},"status":"approved"})";
    EXPECT_EQ(client.ask("POST", "/v1/clients", with_request_key(narrow, "a"), body).code(),
              "narrow_only");
    EXPECT_EQ(client.ask("POST", "/v1/clients", with_request_key(full, "b"), body).status, 201);
    const std::string status = "/v1/clients/" + id + "/status";
    EXPECT_EQ(client.ask("POST", status, narrow, R"({"to":"restricted","reason":"r"})").status,
              200);
    EXPECT_EQ(client.ask("POST", status, narrow, R"({"to":"approved","reason":"r"})").code(),
              "narrow_only");
    const std::string hold = R"({"id":")" + test_uuid(3) + R"(","kind":"trading","reason":"r"})";
    EXPECT_EQ(
        client.ask("POST", "/v1/accounts/1/1001/holds", with_request_key(narrow, "c"), hold).status,
        201);
    const std::string release = "/v1/holds/" + test_uuid(3) + "/release";
    EXPECT_EQ(client.ask("POST", release, narrow, R"({"reason":"r"})").code(), "narrow_only");
    EXPECT_EQ(client.ask("POST", release, full, R"({"reason":"r"})").status, 200);
    EXPECT_EQ(client.ask("POST", status, full, R"({"to":"approved","reason":"r"})").status, 200);
}

TEST(Access, releasing_alone_is_for_demo_installations_only) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"), {}, false);
    const auto key = add_key(database, every_scope(), false);
    auto client = gateway.client();
    EXPECT_EQ(client.ask("POST", "/v1/holds/" + test_uuid(1) + "/release", key, "{}").code(),
              "scope_missing");
}

}  // namespace
}  // namespace cambist::gateway
