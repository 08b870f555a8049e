#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using tests::TestDatabase;

class Routes : public ::testing::Test {
  protected:
    Routes() { add_trading_server(database); }

    json::value get(const std::string& target) {
        const auto answer = client.ask("GET", target, key);
        EXPECT_EQ(answer.status, 200) << target << answer.body;
        return json::parse(answer.body);
    }

    /// Asks, with a reason where one is needed, and has it approved where that is needed.
    ReceivedAnswer post(const std::string& target, const std::string& body) {
        auto answer = client.ask("POST", target,
                                 with_request_key(key, "key-" + std::to_string(++requests)), body);
        if (answer.code() == "reason_required" && !body.contains("reason"))
            return post(target, R"({"reason":"r",)" + body.substr(1));
        if (answer.status == 202 && answer.body.starts_with(R"({"approval")"))
            return approved(database, answer);
        return answer;
    }

    std::string client_body(std::uint64_t number, const std::string& status = "approved") {
        return fmt::format(
            R"({{"id":"{}","person":{{"id":"{}","kind":"natural","name":"Person {}"}},)"
            R"("status":"{}"}})",
            test_uuid(number), test_uuid(1'000'000 + number), number, status);
    }

    /// Client 1, approved, who owns the account 1001.
    void add_owner() {
        EXPECT_EQ(post("/v1/clients", client_body(1)).status, 201);
        EXPECT_EQ(post("/v1/accounts/1/1001/client",
                       R"({"client_id":")" + test_uuid(1) + R"(","kind":"live"})")
                      .status,
                  200);
    }

    /// Every item of a list, page by page.
    json::array all_of(const std::string& target, int limit) {
        json::array items;
        std::string after;
        for (;;) {
            const auto page = get(target + (target.contains('?') ? "&" : "?") +
                                  "limit=" + std::to_string(limit) + after);
            const auto& found = page.at("items").as_array();
            EXPECT_LE(found.size(), static_cast<std::size_t>(limit));
            items.insert(items.end(), found.begin(), found.end());
            if (page.at("next").is_null())
                return items;
            after = "&after=" + std::string(page.at("next").as_string());
        }
    }

    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    HttpClient::Fields key = add_key(database, every_permission());
    HttpClient client = gateway.client();
    int requests = 0;
};

TEST_F(Routes, a_status_change_raises_the_accepted_version_of_the_clients_accounts) {
    add_owner();
    const auto before = get("/v1/accounts/1/1001");
    EXPECT_EQ(before.at("policy").at("accepted_version").as_int64(), 1);
    EXPECT_EQ(before.at("policy").at("rights").as_array().size(), 5u);
    const std::string status = "/v1/clients/" + test_uuid(1) + "/status";
    EXPECT_EQ(post(status, R"({"to":"restricted","cause":"review","reason":"look"})").status, 200);
    const auto after = get("/v1/accounts/1/1001");
    EXPECT_EQ(after.at("policy").at("accepted_version").as_int64(), 2);
    EXPECT_EQ(after.at("policy").at("enforced_version").as_int64(), 0);
    EXPECT_EQ(after.at("policy").at("reason").as_string(), "restricted");
    EXPECT_EQ(get("/v1/accounts?pending=true").at("items").as_array().size(), 1u);
}

TEST_F(Routes, causes_are_lifted_one_by_one_and_confidential_ones_read_as_a_review) {
    add_owner();
    const std::string status = "/v1/clients/" + test_uuid(1) + "/status";
    post(status, R"({"to":"restricted","cause":"document_expired","reason":"old"})");
    post(status, R"({"to":"restricted","cause":"sanctions_match","reason":"list"})");
    const auto shown = json::serialize(get("/v1/clients/" + test_uuid(1)));
    EXPECT_EQ(shown.find("sanctions"), std::string::npos) << shown;
    EXPECT_EQ(post(status, R"({"to":"approved","cause":"abnormal_activity","reason":"r"})").code(),
              "cause_not_in_force");
    const auto one = post(status, R"({"to":"approved","cause":"document_expired","reason":"r"})");
    EXPECT_EQ(json::parse(one.body).at("status").as_string(), "restricted");
    const auto rest = post(status, R"({"to":"approved","reason":"r"})");
    EXPECT_EQ(json::parse(rest.body).at("status").as_string(), "approved");
    EXPECT_EQ(post(status, R"({"to":"pending_documents","reason":"r"})").code(),
              "no_such_transition");
}

TEST_F(Routes, if_match_refuses_a_change_of_something_that_has_changed_since) {
    add_owner();
    const std::string path = "/v1/clients/" + test_uuid(1);
    const auto seen = client.ask("GET", path, key).header("etag");
    EXPECT_EQ(seen, "\"v1\"");
    auto conditional = key;
    conditional.emplace_back("If-Match", seen);
    const std::string restrict_body = R"({"to":"restricted","reason":"r"})";
    const auto changed = client.ask("POST", path + "/status", conditional, restrict_body);
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.header("etag"), "\"v2\"");
    const auto late = client.ask("POST", path + "/status", conditional, restrict_body);
    EXPECT_EQ(late.status, 412);
    EXPECT_EQ(late.code(), "stale_version");
    for (const char* wrong : {"v1", "W/\"v1\"", "\"v1\", \"v2\"", "*", "\"\""}) {
        auto fields = key;
        fields.emplace_back("If-Match", wrong);
        EXPECT_EQ(client.ask("POST", path + "/status", fields, restrict_body).code(),
                  "bad_if_match")
            << wrong;
    }
}

TEST_F(Routes, another_mode_or_scope_is_previewed_before_it_is_asked_for) {
    const auto preview = [&](const std::string& mode_and_scope, int server = 1) {
        return client.ask("POST", "/v1/servers/" + std::to_string(server) + "/mode/preview", key,
                          mode_and_scope);
    };
    const auto answer = preview(R"({"mode":"observe","scope":["real\\*"]})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(json::parse(answer.body),
              json::parse(R"({"before":{"left_alone":0,"observed":0,"enforced":1},)"
                          R"("after":{"left_alone":0,"observed":1,"enforced":0},)"
                          R"("groups_changed":1,"groups":[{"name":"real\\usd","accounts":1,)"
                          R"("clients":0,"before":"enforced","after":"observed"}]})"));
    const auto same = preview(R"({"mode":"enforce","scope":["*"]})");
    EXPECT_EQ(json::parse(same.body).at("groups_changed"), 0);
    EXPECT_EQ(database.psql("select mode from cambist.server"), "enforce");
    EXPECT_EQ(preview(R"({"mode":"enforce","scope":[]})").code(), "scope_invalid");
    EXPECT_EQ(preview(R"({"mode":"enforce","scope":["*"]})", 77).code(), "unknown_server");
    EXPECT_EQ(preview(R"({"mode":"maybe","scope":["*"]})").status, 422);
}

TEST_F(Routes, a_reserve_hold_shows_its_amount_until_it_is_released) {
    add_owner();
    const auto placed =
        post("/v1/accounts/1/1001/holds", R"({"id":")" + test_uuid(9) +
                                              R"(","kind":"reserve","reason":"dispute",)"
                                              R"("amount":{"amount":"12.34","currency":"USD"}})");
    EXPECT_EQ(placed.status, 201);
    EXPECT_EQ(json::serialize(json::parse(placed.body).at("policy").at("reserved")),
              R"({"amount":"12.34","currency":"USD"})");
    EXPECT_EQ(get("/v1/accounts/1/1001/holds").at("items").as_array().size(), 1u);
    EXPECT_EQ(post("/v1/holds/" + test_uuid(9) + "/release", R"({"reason":"done"})").status, 200);
    EXPECT_EQ(get("/v1/accounts/1/1001/holds").at("items").as_array().size(), 0u);
    EXPECT_EQ(post("/v1/holds/" + test_uuid(8) + "/release", R"({"reason":"r"})").code(),
              "unknown_hold");
}

TEST_F(Routes, a_balance_operation_becomes_a_command_that_can_be_looked_up) {
    add_owner();
    const std::string body = R"({"id":")" + test_uuid(5) +
                             R"(","operation":"balance","comment":"gift",)"
                             R"("amount":{"amount":"-12.34","currency":"USD"}})";
    const auto ordered = post("/v1/accounts/1/1001/balance-operations", body);
    EXPECT_EQ(ordered.status, 202) << ordered.body;
    const auto command = get("/v1/commands/" + test_uuid(5));
    EXPECT_EQ(command.at("status").as_string(), "queued");
    EXPECT_EQ(json::serialize(command.at("amount")), R"({"amount":"-12.34","currency":"USD"})");
    EXPECT_EQ(database.psql("select amount from cambist.command"), "-1234");
    // The id is the client's own: with another key the same order is the same command.
    EXPECT_EQ(post("/v1/accounts/1/1001/balance-operations", body).status, 202);
    EXPECT_EQ(database.psql("select count(*) from cambist.command"), "1");
    EXPECT_EQ(post("/v1/accounts/1/1001/leverage",
                   R"({"id":")" + test_uuid(5) + R"(","leverage_x100":5000})")
                  .code(),
              "id_taken");
}

TEST_F(Routes, leverage_group_disconnect_and_new_accounts_are_commands_too) {
    add_owner();
    const std::string account = "/v1/accounts/1/1001/";
    const auto id = [](int number) { return R"("id":")" + test_uuid(number) + R"(")"; };
    EXPECT_EQ(post(account + "leverage", "{" + id(1) + R"(,"leverage_x100":5000})").status, 202);
    EXPECT_EQ(post(account + "group", "{" + id(2) + R"(,"group":"real\\usd"})").status, 202);
    EXPECT_EQ(post(account + "group", "{" + id(3) + R"(,"group":"none"})").code(), "unknown_group");
    EXPECT_EQ(post(account + "disconnect", "{" + id(4) + "}").status, 202);
    EXPECT_EQ(
        post("/v1/accounts", "{" + id(5) + R"(,"server_id":"1","client_id":")" + test_uuid(1) +
                                 R"(","group":"real\\usd","leverage_x100":100,"kind":"live"})")
            .status,
        202);
    EXPECT_EQ(database.psql("select count(*) from cambist.command"), "4");
}

TEST_F(Routes, a_thousand_clients_with_accounts_are_added_at_once) {
    std::string items;
    for (int i = 1; i <= 1000; ++i) {
        std::string item = client_body(i);
        item.pop_back();
        items += (i > 1 ? "," : "") + item +
                 fmt::format(R"(,"accounts":[{{"server_id":"1","login":"{}","kind":"live"}}]}})",
                             5000 + i);
    }
    const auto added = post("/v1/clients/batch", R"({"items":[)" + items + "]}");
    ASSERT_EQ(added.status, 200) << added.body.substr(0, 500);
    const auto result = json::parse(added.body);
    EXPECT_EQ(result.at("created").as_int64(), 1000);
    EXPECT_EQ(result.at("policies_accepted").as_int64(), 1000);
    EXPECT_EQ(database.psql("select count(*) from cambist.account where client_id is not null and "
                            "accepted_version = 1 and rights = 31"),
              "1000");
    EXPECT_EQ(database.psql("select count(*) from cambist.audit "
                            "where action in ('client_registered', 'account_attached')"),
              "2000");
    const auto again = post("/v1/clients/batch", R"({"items":[)" + items + "]}");
    EXPECT_EQ(json::parse(again.body).at("created").as_int64(), 0);
    EXPECT_EQ(json::parse(again.body).at("items").at(999).at("code").as_string(), "id_taken");
}

TEST_F(Routes, an_item_of_a_batch_is_added_whole_or_not_at_all) {
    add_owner();
    const auto item = [&](int number, const std::string& login) {
        std::string text = client_body(number);
        text.pop_back();
        return text + R"(,"accounts":[{"server_id":"1","login":")" + login +
               R"(","kind":"live"}]})";
    };
    const auto added =
        post("/v1/clients/batch", R"({"items":[)" + item(2, "1001") + "," + item(3, "3003") + "," +
                                      item(4, "3003") + "]}");
    const auto result = json::parse(added.body);
    const auto& items = result.at("items").as_array();
    EXPECT_EQ(items.at(0).at("code").as_string(), "account_taken");
    EXPECT_TRUE(items.at(1).at("code").is_null());
    EXPECT_EQ(items.at(2).at("code").as_string(), "account_taken");
    EXPECT_EQ(database.psql("select count(*) from cambist.client"), "2");
}

TEST_F(Routes, an_item_of_a_batch_on_an_unknown_server_is_refused_and_the_others_added) {
    const auto item = [&](int number, const std::string& server) {
        std::string text = client_body(number);
        text.pop_back();
        return text + R"(,"accounts":[{"server_id":")" + server + R"(","login":"3)" +
               std::to_string(number) + R"(","kind":"live"}]})";
    };
    const auto added =
        post("/v1/clients/batch", R"({"items":[)" + item(2, "9") + "," + item(3, "1") + "]}");
    ASSERT_EQ(added.status, 200) << added.body;
    const auto result = json::parse(added.body);
    const auto& items = result.at("items").as_array();
    EXPECT_EQ(items.at(0).at("code").as_string(), "unknown_server");
    EXPECT_TRUE(items.at(1).at("code").is_null());
}

TEST_F(Routes, a_country_is_two_capital_letters) {
    for (const char* country : {"\xc3\xa9", "d", "de", "D1"}) {
        const std::string body =
            R"({"id":")" + test_uuid(1) + R"(","status":"registered",)" + R"("person":{"id":")" +
            test_uuid(2) + R"(","kind":"natural","name":"Ada","country":")" + country + "\"}}";
        EXPECT_EQ(post("/v1/clients", body).status, 422) << country;
    }
}

TEST_F(Routes, an_item_of_a_batch_names_an_account_once) {
    std::string item = client_body(2);
    item.pop_back();
    const std::string account = R"({"server_id":"1","login":"3003","kind":"live"})";
    const auto added = post("/v1/clients/batch", R"({"items":[)" + item + R"(,"accounts":[)" +
                                                     account + "," + account + "]}]}");
    EXPECT_EQ(added.status, 200) << added.body;
    EXPECT_EQ(json::parse(added.body).at("created").as_int64(), 0);
}

TEST_F(Routes, pages_show_everything_once_and_in_order) {
    for (int i = 1; i <= 7; ++i)
        post("/v1/clients", client_body(i, i % 2 ? "registered" : "approved"));
    database.psql("insert into cambist.account (server_id, login) select 1, generate_series(1, 9)");
    for (const int limit : {1, 3, 7, 100}) {
        std::vector<std::string> ids;
        for (const auto& item : all_of("/v1/clients", limit))
            ids.emplace_back(item.at("id").as_string());
        EXPECT_EQ(ids.size(), 7u);
        EXPECT_TRUE(std::ranges::is_sorted(ids));
        EXPECT_EQ(all_of("/v1/clients?status=registered", limit).size(), 4u);
        EXPECT_EQ(all_of("/v1/accounts", limit).size(), 10u);
        EXPECT_EQ(all_of("/v1/accounts?server=1", limit).size(), 10u);
        EXPECT_EQ(all_of("/v1/accounts?client=" + test_uuid(1), limit).size(), 0u);
    }
}

TEST_F(Routes, the_audit_tells_who_did_what_in_the_order_of_commits) {
    add_owner();
    post("/v1/clients/" + test_uuid(1) + "/status", R"({"to":"restricted","reason":"why"})");
    std::vector<json::value> records;
    for (const auto& record : all_of("/v1/audit", 1))
        if (!record.at("action").as_string().starts_with("approval_"))
            records.push_back(record);
    ASSERT_EQ(records.size(), 3u);
    EXPECT_EQ(records[0].at("action").as_string(), "client_registered");
    EXPECT_EQ(records[1].at("action").as_string(), "account_attached");
    EXPECT_EQ(records[2].at("action").as_string(), "status_changed");
    EXPECT_EQ(records[2].at("reason").as_string(), "why");
    EXPECT_EQ(records[2].at("before").at("status").as_string(), "approved");
    EXPECT_TRUE(records[2].at("actor").as_string().starts_with("key:test:"));
    EXPECT_EQ(records[2].at("request_id").as_string().size(), 32u);
    EXPECT_EQ(all_of("/v1/audit?subject=client:" + test_uuid(1), 10).size(), 2u);
}

TEST_F(Routes, the_audit_is_searched_by_actor_action_client_and_time_in_both_directions) {
    add_owner();
    post("/v1/clients/" + test_uuid(1) + "/status", R"({"to":"restricted","reason":"why"})");
    const auto changed = all_of("/v1/audit?action=status_changed", 10);
    ASSERT_EQ(changed.size(), 1u);
    EXPECT_EQ(changed[0].at("client_id").as_string(), test_uuid(1));
    EXPECT_TRUE(changed[0].at("on_behalf_of").is_null());
    EXPECT_TRUE(changed[0].at("approval_id").is_null());

    auto onwards = all_of("/v1/audit?client=" + test_uuid(1), 1);
    EXPECT_GE(onwards.size(), 3u);
    auto backwards = all_of("/v1/audit?newest_first=true&client=" + test_uuid(1), 2);
    ASSERT_EQ(backwards.size(), onwards.size());
    for (std::size_t at = 0; at < onwards.size(); ++at)
        EXPECT_EQ(onwards[at].at("id"), backwards[backwards.size() - 1 - at].at("id"));

    const std::string actor(changed[0].at("actor").as_string());
    const std::string at(changed[0].at("at").as_string());
    EXPECT_EQ(all_of("/v1/audit?action=status_changed&actor=" + actor + "&from=" + at, 10).size(),
              1u);
    EXPECT_EQ(all_of("/v1/audit?action=status_changed&to=" + at, 10).size(), 0u);
    EXPECT_EQ(all_of("/v1/audit?actor=staff:nobody", 10).size(), 0u);
}

TEST_F(Routes, drift_and_quarantine_are_listed_with_what_is_open) {
    database.psql(
        "set search_path = cambist;"
        "insert into drift (server_id, login, field, office_value, server_value, found_by) values "
        "(1, 1001, 'balance', '1', '2', 'rescan'), (1, 1001, 'group', 'a', 'b', 'bypass');"
        "update drift set resolved_at = now(), repaired = true where field = 'group';"
        "insert into quarantine (server_id, epoch, seq, login, reason, frame) values "
        "(1, 3, 5, 1001, 'bad', 'x'), (1, 3, 9, null, 'bad', 'x'), (1, 4, 1, 7, 'bad', 'x')");
    EXPECT_EQ(all_of("/v1/drift", 1).size(), 2u);
    EXPECT_EQ(all_of("/v1/drift?open=true&server=1", 1).size(), 1u);
    EXPECT_EQ(all_of("/v1/drift?server=2", 1).size(), 0u);
    EXPECT_EQ(all_of("/v1/servers/1/quarantine?open=true", 1).size(), 3u);
    EXPECT_EQ(all_of("/v1/servers/1/groups", 1).size(), 1u);
}

TEST_F(Routes, a_server_is_added_switched_and_stopped) {
    const auto added = post("/v1/servers", R"({"id":"2","name":"second","kind":"in_process",)"
                                           R"("mode":"observe","scope":["*","!demo*"]})");
    EXPECT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(post("/v1/servers", R"({"id":"2","name":"other","kind":"in_process",)"
                                  R"("mode":"observe","scope":["*"]})")
                  .code(),
              "id_taken");
    EXPECT_EQ(
        post("/v1/servers/2/mode", R"({"mode":"enforce","scope":["real*"],"reason":"r"})").status,
        200);
    EXPECT_EQ(get("/v1/servers/2").at("mode").as_string(), "enforce");
    EXPECT_EQ(post("/v1/servers/2/mode", R"({"mode":"enforce","scope":[")" + std::string(129, 'a') +
                                             R"("],"reason":"r"})")
                  .code(),
              "scope_invalid");
    EXPECT_EQ(post("/v1/servers/2/money-out-stop", R"({"reason":"r"})").status, 200);
    EXPECT_TRUE(get("/v1/servers/2").at("money_out_stopped").as_bool());
    EXPECT_EQ(post("/v1/servers/2/money-out-resume", R"({"reason":"r"})").status, 200);
    EXPECT_EQ(post("/v1/servers/2/policy-era", R"({"reason":"restored"})").status, 200);
    EXPECT_EQ(get("/v1/servers/2").at("policy_era").as_int64(), 2);
    EXPECT_EQ(get("/v1/servers").at("items").as_array().size(), 2u);
}

TEST_F(Routes, a_command_without_an_answer_is_settled_by_people_and_only_then) {
    add_owner();
    const std::string settle = "/v1/commands/" + test_uuid(5) + "/settle";
    post("/v1/accounts/1/1001/leverage",
         R"({"id":")" + test_uuid(5) + R"(","leverage_x100":5000})");
    const std::string failed = R"({"outcome":"failed","reason":"not in the journal"})";
    EXPECT_EQ(post(settle, failed).code(), "not_in_doubt");
    database.psql("update cambist.command set status = 'unknown', attempt_epoch = 1");
    EXPECT_EQ(post(settle, R"({"outcome":"done","login":"7","reason":"r"})").code(),
              "order_invalid");
    EXPECT_EQ(post(settle, failed).status, 200);
    EXPECT_EQ(get("/v1/commands/" + test_uuid(5)).at("status").as_string(), "failed");
    EXPECT_EQ(database.psql("select reason from cambist.audit where action = 'command_settled'"),
              "not in the journal");
}

TEST_F(Routes, a_quarantined_event_is_dealt_with_by_two_people) {
    database.psql(
        "insert into cambist.quarantine (server_id, epoch, seq, login, reason, frame) "
        "values (1, 3, 5, 1001, 'bad', 'x')");
    const std::string resolve = "/v1/servers/1/quarantine/3/5/resolve";
    EXPECT_EQ(post(resolve, R"({"reason":"booked by hand"})").status, 200);
    EXPECT_EQ(all_of("/v1/servers/1/quarantine?open=true", 1).size(), 0u);
    EXPECT_EQ(post("/v1/servers/1/quarantine/3/6/resolve", R"({"reason":"r"})").code(),
              "unknown_event");
}

TEST_F(Routes, head_answers_like_get_without_a_body) {
    const auto get_answer = client.ask("GET", "/v1/servers", key);
    const auto head = client.ask("HEAD", "/v1/servers", key);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), std::to_string(get_answer.body.size()));
    EXPECT_EQ(client.ask("GET", "/livez").status, 200);
}

TEST_F(Routes, figures_name_the_route_and_not_the_ids) {
    client.ask("GET", "/v1/accounts/1/1001", key);
    client.ask("GET", "/v1/accounts/1/5", key);
    const auto text = client.ask("GET", "/metrics").body;
    EXPECT_NE(text.find(R"(route="/v1/accounts/{server}/{login}",status="200"} 1)"),
              std::string::npos);
    EXPECT_NE(text.find(R"(route="/v1/accounts/{server}/{login}",status="404"} 1)"),
              std::string::npos);
    EXPECT_EQ(text.find("1001"), std::string::npos);
    EXPECT_NE(text.find("cambist_gateway_database_up 1"), std::string::npos);
}

TEST_F(Routes, an_account_on_a_server_that_does_not_exist_is_refused_by_name) {
    // A server that does not exist violates a foreign key, deep in the transaction.
    EXPECT_EQ(post("/v1/clients", client_body(1)).status, 201);
    const auto answer =
        post("/v1/accounts/9/1/client", R"({"client_id":")" + test_uuid(1) + R"(","kind":"live"})");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.code(), "unknown_server");
}

}  // namespace
}  // namespace cambist::gateway
