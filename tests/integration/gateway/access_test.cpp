#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "gateway/routes/table.hpp"
#include "office/staff/permission.hpp"
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
        path += name == "server" || name == "login" || name == "epoch" || name == "seq"
                    ? "77"
                    : test_uuid(77);
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

bool is_for_keys(const Route& route) {
    return route.callers == Callers::all || route.callers == Callers::all_enrolling;
}

TEST(Access, every_route_is_open_to_its_own_permission_and_to_no_other) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"));
    auto client = gateway.client();
    for (const std::string& permission : every_permission()) {
        const auto key = add_key(database, {permission});
        for (const Route& route : routes()) {
            if (!is_for_keys(route))
                continue;
            const auto answer = ask(client, route, key);
            const bool is_refused = answer.status == 403 && answer.code() == "permission_missing";
            const bool is_open = route.permission.empty() || route.permission == permission;
            EXPECT_EQ(is_refused, !is_open) << permission << " at " << route.pattern;
            EXPECT_LT(answer.status, 500) << permission << " at " << route.pattern;
        }
    }
}

TEST(Access, no_key_does_what_is_for_people) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"));
    auto client = gateway.client();
    const auto key = add_key(database, every_permission());
    for (const Route& route : routes()) {
        if (is_for_keys(route) || route.callers == Callers::anybody)
            continue;
        const auto answer = ask(client, route, key);
        EXPECT_EQ(answer.status, 403) << route.pattern;
        EXPECT_EQ(answer.code(), "people_only") << route.pattern;
    }
}

TEST(Access, every_route_asks_for_a_permission_that_some_role_holds) {
    TestDatabase database;
    for (const Route& route : routes()) {
        if (route.permission.empty()) {
            const bool is_own = route.pattern.starts_with("/v1/session") ||
                                route.pattern == "/v1/keys/{key}/collect";
            EXPECT_TRUE(is_own) << route.pattern;
            continue;
        }
        EXPECT_TRUE(office::is_known_permission(route.permission)) << route.pattern;
        EXPECT_NE(
            database.psql("select count(*) from cambist.role_permission where permission = '" +
                          std::string(route.permission) + "'"),
            "0")
            << route.permission;
    }
}

TEST(Access, no_key_decides_an_approval_whatever_it_was_given) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"));
    const auto key = add_key(database, {"approval.decide", "approval.read"});
    auto client = gateway.client();
    const std::string path = "/v1/approvals/" + test_uuid(1);
    EXPECT_EQ(client.ask("GET", path, key).status, 404);
    EXPECT_EQ(client.ask("POST", path + "/approve", key, R"({"remark":"r"})").code(),
              "permission_missing");
}

TEST(Access, whatever_is_wrong_with_a_key_the_answer_is_the_same) {
    TestDatabase database;
    RunningGateway gateway(database.settings("cambist_gateway"));
    const auto good = add_key(database, every_permission());
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
    const auto key = add_key(database, {"server.read"});
    auto client = gateway.client();
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 200);
    database.psql("update cambist.api_key set revoked_at = now()");
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).status, 401);
}

TEST(Access, a_key_restricts_alone_and_only_asks_where_rights_would_be_given) {
    TestDatabase database;
    add_trading_server(database);
    RunningGateway gateway(database.settings("cambist_gateway"));
    const auto key = add_key(database, every_permission());
    auto client = gateway.client();
    const std::string id = test_uuid(1);
    const std::string body = R"({"id":")" + id + R"(","person":{"id":")" + test_uuid(2) +
                             R"(","kind":"natural","name":"Ada"},"reason":"r","status":)";
    const auto asked =
        client.ask("POST", "/v1/clients", with_request_key(key, "a"), body + R"("approved"})");
    EXPECT_EQ(asked.status, 202);
    EXPECT_EQ(boost::json::parse(asked.body).at("approval").at("state").as_string(), "pending");
    EXPECT_EQ(client.ask("GET", "/v1/clients/" + id, key).status, 404);
    EXPECT_EQ(
        client.ask("POST", "/v1/clients", with_request_key(key, "b"), body + R"("registered"})")
            .status,
        201);
    database.psql("update cambist.client set status = 'approved'");
    const std::string status = "/v1/clients/" + id + "/status";
    EXPECT_EQ(client.ask("POST", status, key, R"({"to":"restricted","reason":"r"})").status, 200);
    EXPECT_EQ(client.ask("POST", status, key, R"({"to":"approved","reason":"r"})").status, 202);
    const auto again = client.ask("POST", status, key, R"({"to":"approved","reason":"r"})");
    EXPECT_EQ(again.code(), "approval_pending");
    EXPECT_EQ(client.ask("GET", again.header("location"), key).status, 200);
    const std::string hold = R"({"id":")" + test_uuid(3) + R"(","kind":"trading","reason":"r"})";
    EXPECT_EQ(
        client.ask("POST", "/v1/accounts/1/1001/holds", with_request_key(key, "c"), hold).status,
        201);
    const std::string release = "/v1/holds/" + test_uuid(3) + "/release";
    EXPECT_EQ(client.ask("POST", release, key, R"({"reason":"r"})").status, 202);
    EXPECT_EQ(client.ask("POST", release, key, R"({"reason":"s"})").code(), "approval_pending");
}

}  // namespace
}  // namespace cambist::gateway
