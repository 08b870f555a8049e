#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/routes/table.hpp"
#include "office/staff/permission.hpp"
#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

/// One gateway and one database for the whole matrix: nothing in it changes anything.
class BadInput : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        database_ = new TestDatabase;
        add_trading_server(*database_);
        gateway_ = new RunningGateway(database_->settings("cambist_gateway"));
        key_ = new HttpClient::Fields(add_key(*database_, every_permission()));
        person_ = new HttpClient::Fields(
            add_session(*database_, "everybody", {"administrator", "finance", "compliance"}));
        rows_before_ = rows();
    }
    static void TearDownTestSuite() {
        delete gateway_;
        delete database_;
        delete key_;
        delete person_;
    }
    void TearDown() override { EXPECT_EQ(rows(), rows_before_) << "something was written"; }

    static std::string rows() {
        return database_->psql(
            "set search_path = cambist; select (select count(*) from audit), (select count(*) from "
            "outbox), (select count(*) from client), (select count(*) from hold), "
            "(select count(*) from command), (select count(*) from policy_version)");
    }

    static inline TestDatabase* database_ = nullptr;
    static inline RunningGateway* gateway_ = nullptr;
    /// What may take the route.
    static const HttpClient::Fields& credential(const Route& route) {
        static const HttpClient::Fields nobody;
        if (route.callers == Callers::anybody)
            return nobody;
        const bool is_for_keys =
            route.callers == Callers::all || route.callers == Callers::all_enrolling;
        return is_for_keys && !office::is_for_people_alone(route.permission) ? *key_ : *person_;
    }

    static inline HttpClient::Fields *key_ = nullptr, *person_ = nullptr;
    static inline std::string rows_before_;
};

std::string real_path_of(std::string_view pattern) {
    std::string path;
    while (!pattern.empty()) {
        const auto open = pattern.find('{');
        path += pattern.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const auto close = pattern.find('}');
        const auto name = pattern.substr(open + 1, close - open - 1);
        path += name == "server" || name == "epoch" || name == "seq" ? "1"
                : name == "login"                                    ? "1001"
                : name == "document"                                 ? "rights"
                                                                     : test_uuid(1);
        pattern.remove_prefix(close + 1);
    }
    return path;
}

struct BadBody {
    const char* name;
    std::string body;
    HttpClient::Fields headers;
    int status;
    const char* code;
};

const std::vector<BadBody>& bad_bodies() {
    static const std::vector<BadBody> rows{
        {"form", "a=1", {{"Content-Type", "application/x-www-form-urlencoded"}}, 415, "not_json"},
        {"plain text", "{}", {{"Content-Type", "text/plain"}}, 415, "not_json"},
        {"other charset",
         "{}",
         {{"Content-Type", "application/json; charset=latin1"}},
         415,
         "not_json"},
        {"two types",
         "{}",
         {{"Content-Type", "application/json"}, {"Content-Type", "application/json"}},
         415,
         "not_json"},
        {"compressed",
         "{}",
         {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}},
         415,
         "content_encoding"},
        {"not json", "{", {}, 400, "bad_json"},
        {"key twice", R"({"id":"1","id":"2"})", {}, 400, "bad_json"},
        {"deep", std::string(100, '['), {}, 400, "bad_json"},
        {"byte order mark", "\xef\xbb\xbf{}", {}, 400, "bad_json"},
        {"surrogate", R"({"reason":"\ud800"})", {}, 400, "bad_json"},
        {"not utf-8", "{\"reason\":\"\xff\"}", {}, 400, "bad_json"},
        {"second value", "{}{}", {}, 400, "bad_json"},
        {"array", "[]", {}, 422, "invalid_fields"},
        {"text", "\"id\"", {}, 422, "invalid_fields"},
        {"nothing in it", "{}", {}, 422, "invalid_fields"},
        {"strangers", R"({"balance":1,"actor":"me","created_at":"x"})", {}, 422, "invalid_fields"},
        {"numbers for all",
         R"({"id":1,"reason":1,"to":1,"kind":1,"client_id":1,"state":1,"mode":1,"name":1})",
         {},
         422,
         "invalid_fields"},
        {"huge numbers",
         R"({"leverage_x100":1e400,"leverage_cap_x100":18446744073709551616})",
         {},
         422,
         "invalid_fields"},
        {"nulls", R"({"id":null,"reason":null,"amount":null})", {}, 422, "invalid_fields"},
        {"too long",
         "{\"reason\":\"" + std::string(2'000'000, 'a') + "\"}",
         {},
         413,
         "body_too_large"}};
    return rows;
}

/// Routes whose body is {}: for them that is nothing wrong.
bool takes_nothing(const Route& route) {
    static constexpr std::string_view patterns[] = {"/v1/approvals/{approval}/claim",
                                                    "/v1/approvals/{approval}/release",
                                                    "/v1/session/end",
                                                    "/v1/session/totp",
                                                    "/v1/session/devices/{device}/revoke",
                                                    "/v1/staff/{staff}/temporary-password",
                                                    "/v1/keys/{key}/collect"};
    return std::ranges::find(patterns, route.pattern) != std::end(patterns);
}

TEST_F(BadInput, every_writing_route_names_what_is_wrong_with_a_body) {
    for (const Route& route : routes()) {
        if (!route.writes())
            continue;
        for (const BadBody& row : bad_bodies()) {
            if (row.body == std::string_view("{}") && takes_nothing(route))
                continue;
            auto client = gateway_->client();
            auto fields = with_request_key(
                credential(route), std::string("bad-") + std::to_string(&row - &bad_bodies()[0]) +
                                       std::string(route.pattern));
            fields.insert(fields.end(), row.headers.begin(), row.headers.end());
            const auto answer = client.ask("POST", real_path_of(route.pattern), fields, row.body);
            EXPECT_EQ(answer.status, row.status) << route.pattern << ": " << row.name;
            EXPECT_EQ(answer.code(), row.code) << route.pattern << ": " << row.name << answer.body;
        }
    }
}

TEST_F(BadInput, every_route_refuses_a_parameter_that_it_has_not) {
    auto client = gateway_->client();
    for (const Route& route : routes()) {
        const std::string path = real_path_of(route.pattern) + "?sort=1;drop";
        const auto& shown = credential(route);
        const auto answer = route.writes()
                                ? client.ask("POST", path, with_request_key(shown, "p"), "{}")
                                : client.ask("GET", path, shown);
        EXPECT_EQ(answer.code(), "unknown_parameter") << route.pattern;
    }
}

TEST_F(BadInput, every_path_names_the_methods_that_it_takes) {
    auto client = gateway_->client();
    for (const Route& route : routes()) {
        const std::string path = real_path_of(route.pattern);
        for (const char* method : {"DELETE", "PATCH", "PUT", "TRACE", "BREW"}) {
            const auto answer = client.ask(method, path, *key_);
            EXPECT_EQ(answer.status, 405) << method << " " << path;
            EXPECT_NE(answer.header("allow").find(name_of(route.verb)), std::string::npos);
        }
        const auto options = client.ask("OPTIONS", path);
        EXPECT_EQ(options.status, 204);
        EXPECT_NE(options.header("allow").find(name_of(route.verb)), std::string::npos);
    }
}

struct BadRequest {
    const char* name;
    std::string method, target, body;
    int status;
    const char* code;
};

class BadRequests : public BadInput, public ::testing::WithParamInterface<BadRequest> {};

TEST_P(BadRequests, have_their_named_answer) {
    const auto& row = GetParam();
    auto client = gateway_->client();
    const auto fields = row.body.empty() ? *key_ : with_request_key(*key_, row.name);
    const auto answer = client.ask(row.method, row.target, fields, row.body);
    EXPECT_EQ(answer.status, row.status) << answer.body;
    EXPECT_EQ(answer.code(), row.code) << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
}

std::string operation(const std::string& amount, const std::string& currency) {
    return R"({"id":"00000000-0000-4000-8000-0000000000aa","operation":"balance","amount":)"
           R"({"amount":")" +
           amount + R"(","currency":")" + currency + R"("}})";
}

constexpr const char* operations = "/v1/accounts/1/1001/balance-operations";
constexpr const char* holds = "/v1/accounts/1/1001/holds";

std::string hold(const std::string& kind, const std::string& amount) {
    return R"({"id":"00000000-0000-4000-8000-0000000000ab","reason":"r","kind":")" + kind +
           R"(","amount":{"amount":")" + amount + R"(","currency":"USD"}})";
}

INSTANTIATE_TEST_SUITE_P(
    Routes, BadRequests,
    ::testing::Values(
        BadRequest{"unknown_path", "GET", "/v1/nothing", "", 404, "no_such_route"},
        BadRequest{"unknown_server", "GET", "/v1/servers/9", "", 404, "unknown_server"},
        BadRequest{"server_of_letters", "GET", "/v1/servers/first", "", 404, "unknown_server"},
        BadRequest{"server_zero", "GET", "/v1/servers/0", "", 404, "unknown_server"},
        BadRequest{"huge_server", "GET", "/v1/servers/99999999999", "", 404, "unknown_server"},
        BadRequest{"unknown_login", "GET", "/v1/accounts/1/5", "", 404, "unknown_account"},
        BadRequest{"negative_login", "GET", "/v1/accounts/1/-5", "", 404, "unknown_account"},
        BadRequest{"huge_login", "GET", "/v1/accounts/1/9223372036854775808", "", 404,
                   "unknown_account"},
        BadRequest{"client_not_a_uuid", "GET", "/v1/clients/x", "", 404, "unknown_client"},
        BadRequest{"unknown_client", "GET", "/v1/clients/" + test_uuid(9), "", 404,
                   "unknown_client"},
        BadRequest{"unknown_command", "GET", "/v1/commands/" + test_uuid(9), "", 404,
                   "unknown_command"},
        BadRequest{"dot_dot", "GET", "/v1/servers/../clients", "", 400, "bad_path"},
        BadRequest{"dot_dot_encoded", "GET", "/v1/servers/%2e%2e/clients", "", 400, "bad_path"},
        BadRequest{"nul_in_path", "GET", "/v1/servers/1%00", "", 400, "bad_percent_encoding"},
        BadRequest{"parameter_twice", "GET", "/v1/clients?limit=1&limit=2", "", 400,
                   "duplicate_parameter"},
        BadRequest{"parameter_of_arrays", "GET", "/v1/clients?limit[]=1", "", 400, "bad_query"},
        BadRequest{"limit_zero", "GET", "/v1/clients?limit=0", "", 400, "bad_limit"},
        BadRequest{"limit_negative", "GET", "/v1/clients?limit=-1", "", 400, "bad_limit"},
        BadRequest{"limit_huge", "GET", "/v1/clients?limit=1001", "", 400, "bad_limit"},
        BadRequest{"limit_of_letters", "GET", "/v1/clients?limit=ten", "", 400, "bad_limit"},
        BadRequest{"client_cursor", "GET", "/v1/clients?after=1", "", 400, "bad_cursor"},
        BadRequest{"empty_cursor", "GET", "/v1/clients?after=", "", 400, "bad_cursor"},
        BadRequest{"account_cursor", "GET", "/v1/accounts?after=1", "", 400, "bad_cursor"},
        BadRequest{"audit_actor", "GET", "/v1/audit?actor=", "", 400, "bad_parameter"},
        BadRequest{"audit_client", "GET", "/v1/audit?client=7", "", 400, "bad_parameter"},
        BadRequest{"audit_from", "GET", "/v1/audit?from=yesterday", "", 400, "bad_parameter"},
        BadRequest{"audit_to", "GET", "/v1/audit?to=2026-02-30T00:00:00Z", "", 400,
                   "bad_parameter"},
        BadRequest{"audit_order", "GET", "/v1/audit?newest_first=1", "", 400, "bad_parameter"},
        BadRequest{"audit_cursor", "GET", "/v1/audit?after=1.x", "", 400, "bad_cursor"},
        BadRequest{"drift_cursor", "GET", "/v1/drift?after=-1", "", 400, "bad_cursor"},
        BadRequest{"quarantine_cursor", "GET", "/v1/servers/1/quarantine?after=0.0", "", 400,
                   "bad_cursor"},
        BadRequest{"group_cursor", "GET", "/v1/servers/1/groups?after=4294967296", "", 400,
                   "bad_cursor"},
        BadRequest{"unknown_status", "GET", "/v1/clients?status=happy", "", 400, "bad_parameter"},
        BadRequest{"flag_of_words", "GET", "/v1/drift?open=yes", "", 400, "bad_parameter"},
        BadRequest{"two_filters", "GET", "/v1/accounts?server=1&pending=true", "", 400,
                   "bad_parameter"},
        BadRequest{"too_precise", "POST", operations, operation("1.005", "USD"), 422,
                   "invalid_fields"},
        BadRequest{"zero", "POST", operations, operation("0", "USD"), 422, "invalid_fields"},
        BadRequest{"exponent", "POST", operations, operation("1e2", "USD"), 422, "invalid_fields"},
        BadRequest{"comma", "POST", operations, operation("1,00", "USD"), 422, "invalid_fields"},
        BadRequest{"full_width", "POST", operations, operation("\uff11", "USD"), 422,
                   "invalid_fields"},
        BadRequest{"beyond_int64", "POST", operations, operation("92233720368547758.08", "USD"),
                   422, "invalid_fields"},
        BadRequest{"lower_case_currency", "POST", operations, operation("1", "usd"), 422,
                   "invalid_fields"},
        BadRequest{"other_currency", "POST", operations, operation("1", "EUR"), 422,
                   "invalid_fields"},
        BadRequest{"more_than_there_is", "POST", operations, operation("-1000.01", "USD"), 409,
                   "withdraw_forbidden"},
        BadRequest{"operation_on_nothing", "POST", "/v1/accounts/1/5/balance-operations",
                   operation("1", "USD"), 404, "unknown_account"},
        BadRequest{"negative_reserve", "POST", holds, hold("reserve", "-1"), 422, "invalid_fields"},
        BadRequest{"amount_of_a_trading_hold", "POST", holds, hold("trading", "1"), 422,
                   "hold_amount_invalid"},
        BadRequest{"reserve_of_nothing", "POST", holds,
                   R"({"id":"00000000-0000-4000-8000-0000000000ac","reason":"r","kind":"reserve"})",
                   422, "hold_amount_invalid"},
        BadRequest{"attach_to_no_server", "POST", "/v1/accounts/9/1/client",
                   R"({"client_id":"00000000-0000-4000-8000-000000000009","kind":"live"})", 404,
                   "unknown_client"},
        BadRequest{"status_of_nobody", "POST",
                   "/v1/clients/00000000-0000-4000-8000-000000000009/status",
                   R"({"to":"restricted","reason":"r"})", 404, "unknown_client"},
        BadRequest{"unknown_cause", "POST",
                   "/v1/clients/00000000-0000-4000-8000-000000000009/status",
                   R"({"to":"restricted","reason":"r","cause":"mood"})", 422, "invalid_fields"},
        BadRequest{"body_of_a_get", "GET", "/v1/servers", "{}", 413, "body_too_large"}),
    [](const auto& row) { return row.param.name; });

struct BadKey {
    const char* name;
    HttpClient::Fields fields;
    const char* code;
};

TEST_F(BadInput, an_idempotency_key_is_one_of_visible_ascii) {
    const std::vector<BadKey> rows{
        {"missing", {}, "idempotency_key_missing"},
        {"empty", {{"Idempotency-Key", ""}}, "idempotency_key_invalid"},
        {"too long", {{"Idempotency-Key", std::string(256, 'k')}}, "idempotency_key_invalid"},
        {"two", {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}}, "idempotency_key_repeated"},
        {"two equal",
         {{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}},
         "idempotency_key_repeated"},
        {"space", {{"Idempotency-Key", "a b"}}, "idempotency_key_invalid"},
        {"not ascii", {{"Idempotency-Key", "k\u00e9y"}}, "idempotency_key_invalid"}};
    auto client = gateway_->client();
    for (const BadKey& row : rows) {
        auto fields = *key_;
        fields.insert(fields.end(), row.fields.begin(), row.fields.end());
        fields.emplace_back("Content-Type", "application/json");
        const auto answer = client.ask("POST", operations, fields);
        EXPECT_EQ(answer.status, 400) << row.name;
        EXPECT_EQ(answer.code(), row.code) << row.name;
    }
}

}  // namespace
}  // namespace cambist::gateway
