#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "office/accounts/recompute_service.hpp"
#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using tests::TestDatabase;

/// Account 1001 of an approved client, and three people who work at a broker's desk.
class Configuration : public ::testing::Test {
  protected:
    Configuration() {
        add_trading_server(database);
        const auto key = add_key(database, every_permission());
        const std::string id = test_uuid(1);
        take(client.ask(
            "POST", "/v1/clients", with_request_key(key, "a"),
            R"({"id":")" + id + R"(","person":{"id":")" + test_uuid(2) +
                R"(","kind":"natural","name":"Ada"},"status":"approved","reason":"r"})"));
        take(client.ask("POST", "/v1/accounts/1/1001/client", with_request_key(key, "b"),
                        R"({"client_id":")" + id + R"(","kind":"live","reason":"r"})"));
    }

    void take(const ReceivedAnswer& asked) {
        ASSERT_EQ(asked.status, 202) << asked.body;
        ASSERT_LT(approved(database, asked).status, 300);
    }
    json::value get(const std::string& target) {
        const auto answer = client.ask("GET", target, ada);
        EXPECT_EQ(answer.status, 200) << target << answer.body;
        return json::parse(answer.body);
    }
    static HttpClient::Fields seen(HttpClient::Fields fields, std::int64_t version) {
        fields.emplace_back("If-Match", "\"v" + std::to_string(version) + "\"");
        return fields;
    }
    ReceivedAnswer post(const HttpClient::Fields& fields, const std::string& target,
                        const json::value& body) {
        return client.ask("POST", target, fields, json::serialize(body));
    }
    /// The rights matrix in force, but for one cell of who is approved.
    json::value approved_may(std::string_view right, std::string_view word) {
        json::value document = get("/v1/configuration/rights").at("document");
        document.at("default").at("status").at("approved").as_object()[right] = word;
        return document;
    }
    ReceivedAnswer ask_for(const std::string& name, const json::value& document,
                           std::int64_t version = 1) {
        return post(seen(ada, version), "/v1/configuration/" + name,
                    json::object{{"document", document}, {"reason", "a finding"}});
    }
    ReceivedAnswer agree(const HttpClient::Fields& who, const ReceivedAnswer& asked,
                         std::int64_t version) {
        const auto id = json::parse(asked.body).at("approval").at("id").as_string();
        return post(seen(who, version), "/v1/approvals/" + std::string(id) + "/approve",
                    json::object{{"remark", "seen"}});
    }
    std::int64_t in_force(const std::string& name) {
        return get("/v1/configuration/" + name).at("version").as_int64();
    }
    void recompute() {
        office::pg::PoolSettings settings;
        settings.connection = database.settings("cambist_bridge");
        boost::asio::io_context context;
        office::pg::Pool pool(settings);
        tests::await(context, [&]() -> boost::asio::awaitable<void> {
            office::RecomputeStep done;
            while (done.state != office::RecomputeStep::State::finished) {
                auto tx = co_await pool.begin();
                done = co_await office::recompute_some(tx, 10, {.name = "system:bridge"});
                co_await tx.commit();
            }
        }());
    }

    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    HttpClient client = gateway.client();
    HttpClient::Fields ada = add_session(database, "ada", {"compliance"});
    HttpClient::Fields rita = add_session(database, "rita", {"risk"});
    HttpClient::Fields root = add_session(database, "root", {"administrator"});
};

TEST_F(Configuration, every_document_is_there_as_delivered) {
    const auto items = get("/v1/configuration").at("items").as_array();
    ASSERT_EQ(items.size(), 4u);
    for (const auto& item : items) {
        EXPECT_EQ(item.at("version").as_int64(), 1);
        EXPECT_TRUE(item.at("approval_id").is_null());
        const std::string name(item.at("name").as_string());
        const auto answer = client.ask("GET", "/v1/configuration/" + name, ada);
        EXPECT_EQ(answer.header("etag"), "\"v1\"");
        EXPECT_TRUE(json::parse(answer.body).at("document").is_object());
    }
}

TEST_F(Configuration, a_change_takes_two_other_people_and_is_kept_with_all_their_names) {
    const auto document = approved_may("transfer", "no");
    const auto asked = ask_for("rights", document);
    ASSERT_EQ(asked.status, 202) << asked.body;
    EXPECT_EQ(agree(ada, asked, 1).code(), "maker_decides") << "nobody agrees with oneself";
    ASSERT_EQ(agree(rita, asked, 1).status, 200);
    EXPECT_EQ(in_force("rights"), 1) << "one of two levels is not enough";
    const auto last = agree(root, asked, 2);
    ASSERT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(json::parse(last.body).at("result").at("version").as_int64(), 2);

    const auto made = get("/v1/configuration/rights/versions/2");
    EXPECT_EQ(made.at("author").as_string(), "staff:ada");
    EXPECT_EQ(json::serialize(made.at("approved_by")), R"(["rita","root"])");
    EXPECT_EQ(made.at("reason").as_string(), "a finding");
    EXPECT_EQ(json::serialize(made.at("differences")),
              R"([{"path":"/default/status/approved/transfer","before":"yes","after":"no"}])");
    EXPECT_EQ(made.at("recompute").at("state").as_string(), "running");
    recompute();
    const auto progress = get("/v1/configuration/rights/versions/2").at("recompute");
    EXPECT_EQ(progress.at("state").as_string(), "finished");
    EXPECT_EQ(progress.at("accounts_seen").as_int64(), 1);
    EXPECT_EQ(progress.at("accounts_changed").as_int64(), 1);
    EXPECT_EQ(get("/v1/configuration/rights/versions").at("items").as_array().size(), 2u);
    EXPECT_EQ(get("/v1/configuration/rights/versions?limit=1").at("items").as_array().size(), 1u);
}

TEST_F(Configuration, what_the_preview_says_is_what_then_happens) {
    const auto document = approved_may("transfer", "no");
    const auto answer =
        post(ada, "/v1/configuration/rights/preview", json::object{{"document", document}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto said = json::parse(answer.body);
    EXPECT_TRUE(said.at("refused").is_null());
    EXPECT_EQ(said.at("differences").as_array().size(), 1u);
    EXPECT_EQ(said.at("effect").at("clients").as_int64(), 1);
    EXPECT_EQ(said.at("effect").at("accounts").as_int64(), 1);
    EXPECT_EQ(said.at("effect").at("lose").at("transfer").as_int64(), 1);
    EXPECT_EQ(said.at("effect").at("gain").at("transfer").as_int64(), 0);
    EXPECT_EQ(in_force("rights"), 1) << "nothing was done";

    const auto asked = ask_for("rights", document);
    agree(rita, asked, 1);
    ASSERT_EQ(agree(root, asked, 2).status, 200);
    recompute();
    const auto policy = get("/v1/accounts/1/1001").at("policy");
    EXPECT_EQ(policy.at("rights"), said.at("effect").at("sample").at(0).at("after"));
    EXPECT_EQ(policy.at("accepted_version").as_int64(), 2);
}

TEST_F(Configuration, whoever_edits_names_the_version_that_was_looked_at) {
    const auto document = approved_may("transfer", "no");
    const json::object body{{"document", document}, {"reason", "r"}};
    EXPECT_EQ(post(ada, "/v1/configuration/rights", body).status, 428);
    EXPECT_EQ(ask_for("rights", document, 7).status, 412);
    EXPECT_EQ(ask_for("rights", document, 7).code(), "stale_version");
}

TEST_F(Configuration, what_was_edited_meanwhile_is_not_carried_out) {
    const auto first = ask_for("deadlines", get("/v1/configuration/deadlines").at("document"));
    EXPECT_EQ(first.code(), "unchanged");
    const auto asked = ask_for("rights", approved_may("transfer", "no"));
    agree(rita, asked, 1);
    database.psql(
        "insert into cambist.configuration (name, version, body, author) "
        "select name, 2, body, 'test' from cambist.configuration where name = 'rights'");
    const auto last = agree(root, asked, 2);
    EXPECT_EQ(last.code(), "subject_changed") << last.body;
    EXPECT_EQ(in_force("rights"), 2);
}

struct WrongDocument {
    std::string name, pointer;
    json::value value;
    std::string code, problem;
};

/// Puts the value where the pointer points to; the way there is.
void put(json::value& document, std::string_view pointer, const json::value& value) {
    json::value* place = &document;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const auto name = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(name.size());
        if (place->is_array())
            place = &place->as_array().at(static_cast<std::size_t>(name[0] - '0'));
        else
            place = &place->as_object()[name];
    }
    *place = value;
}

class WrongDocuments : public Configuration, public ::testing::WithParamInterface<WrongDocument> {};

TEST_P(WrongDocuments, are_refused_with_the_place_and_the_reason) {
    const auto& wrong = GetParam();
    database.psql(
        "update cambist.role_grant set revoked_at = now(), revoked_by = 'test' "
        "where role = 'reporting_officer'");
    auto document = get("/v1/configuration/" + wrong.name).at("document");
    put(document, wrong.pointer, wrong.value);
    const auto answer = ask_for(wrong.name, document);
    EXPECT_EQ(answer.status, 422) << answer.body;
    EXPECT_EQ(answer.code(), wrong.code);
    EXPECT_NE(answer.body.find("\"code\":\"" + wrong.problem + "\""), std::string::npos)
        << answer.body;
    const auto preview = post(ada, "/v1/configuration/" + wrong.name + "/preview",
                              json::object{{"document", document}});
    EXPECT_EQ(preview.status, 200);
    EXPECT_EQ(json::parse(preview.body).at("refused").as_string(), wrong.code);
    EXPECT_EQ(in_force(wrong.name), 1);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongDocuments,
    ::testing::Values(WrongDocument{"rights", "/default/status/approved/fly", "yes",
                                    "invalid_document", "unknown"},
                      WrongDocument{"rights", "/default/status/approved/connect", "no",
                                    "invalid_document", "blocks_exits"},
                      WrongDocument{"rights", "/default/cause/sanctions_match/withdraw", "yes",
                                    "invalid_document", "stops_everything"},
                      WrongDocument{"approvals", "/actions/role.grant/levels", json::array(),
                                    "four_eyes_needed", "four_eyes_needed"},
                      WrongDocument{"approvals", "/actions/role.grant/levels/0/roles/0", "support",
                                    "four_eyes_needed", "four_eyes_needed"},
                      WrongDocument{"approvals", "/actions/client.change_status/levels/0/roles",
                                    json::array{"reporting_officer"}, "invalid_document",
                                    "removes_the_last_approver"},
                      WrongDocument{"approvals", "/actions/fly.away", json::object(),
                                    "invalid_document", "unknown_action"},
                      WrongDocument{"entities", "/default/zone", "Mars/Olympus", "invalid_document",
                                    "unknown_zone"},
                      WrongDocument{"deadlines", "/status/registered/owner", "nobody",
                                    "invalid_document", "unknown_role"}));

TEST_F(Configuration, who_sees_some_clients_alone_changes_no_rule_for_all) {
    const auto key = add_key(database, {"configuration.change"});
    database.psql("update cambist.api_key set legal_entities = '{main}'");
    const json::object body{{"document", json::object()}, {"reason", "r"}};
    EXPECT_EQ(post(seen(key, 1), "/v1/configuration/rights", body).code(), "scope_too_narrow");
    EXPECT_EQ(post(key, "/v1/configuration/rights/preview", {{"document", json::object()}}).code(),
              "scope_too_narrow");
}

TEST_F(Configuration, what_is_not_there_is_said_to_be_unknown) {
    EXPECT_EQ(client.ask("GET", "/v1/configuration/weather", ada).code(), "unknown_configuration");
    EXPECT_EQ(client.ask("GET", "/v1/configuration/rights/versions/9", ada).code(),
              "unknown_version");
    EXPECT_EQ(ask_for("weather", json::object()).code(), "unknown_configuration");
}

}  // namespace
}  // namespace cambist::gateway
