#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

class ApiKeys : public ::testing::Test {
  protected:
    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    Member ada = add_member(database, "ada", {"support"});
    Browser administrator{gateway}, browser{gateway};
    HttpClient client = gateway.client();
    int asked_ = 0;

    void SetUp() override {
        ASSERT_EQ(
            administrator.sign_in(database, add_member(database, "root", {"administrator"})).status,
            201);
        ASSERT_EQ(browser.sign_in(database, ada).status, 201);
    }
    ReceivedAnswer ask_for(const std::string& permissions, const std::string& more = "",
                           const std::string& days = "30") {
        const std::string body = R"({"name":"reports","owner_id":")" + ada.id +
                                 R"(","permissions":)" + permissions + R"(,"days":)" + days +
                                 R"(,"reason":"r")" + more + "}";
        return administrator.post("/v1/keys", body,
                                  {{"Idempotency-Key", "k" + std::to_string(++asked_)}});
    }
    /// The id of a key that was asked for and approved.
    std::string made(const std::string& permissions, const std::string& more = "") {
        const auto answer = approved(database, ask_for(permissions, more));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_in(answer, "id");
    }
    ReceivedAnswer collect(Browser& who, const std::string& id) {
        return who.post("/v1/keys/" + id + "/collect");
    }
    /// Whoever shows the text of that key, collected by its owner.
    HttpClient::Fields bearer(const std::string& id) {
        const auto answer = collect(browser, id);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return {{"Authorization", "Bearer " + text_in(answer, "key")}};
    }
    int status(const HttpClient::Fields& key, const std::string& path = "/v1/servers") {
        return client.ask("GET", path, key).status;
    }
    std::string state(const std::string& id) {
        const auto page = boost::json::parse(administrator.get("/v1/keys").body);
        for (const auto& key : page.at("items").as_array())
            if (key.at("id").as_string() == id)
                return std::string(key.at("state").as_string());
        return "";
    }
    void set(const std::string& changes) { database.psql("update api_key set " + changes); }
};

TEST_F(ApiKeys, are_made_by_approval_and_collected_once_by_their_owner_alone) {
    const auto asked = ask_for(R"(["server.read"])");
    EXPECT_EQ(asked.status, 202) << asked.body;
    EXPECT_EQ(database.psql("select count(*) from api_key"), "0");
    const auto answer = approved(database, asked);
    ASSERT_EQ(answer.status, 201) << answer.body;
    const std::string id = text_in(answer, "id");
    EXPECT_EQ(state(id), "to_be_collected");
    EXPECT_EQ(collect(administrator, id).code(), "not_collectable");
    const auto collected = collect(browser, id);
    ASSERT_EQ(collected.status, 200) << collected.body;
    const std::string text = text_in(collected, "key");
    EXPECT_TRUE(text.starts_with("cmb_" + id + "_"));
    EXPECT_EQ(collect(browser, id).code(), "not_collectable");
    EXPECT_EQ(collect(browser, "0123456789abcdef").code(), "unknown_key");
    EXPECT_EQ(state(id), "valid");
    const HttpClient::Fields key{{"Authorization", "Bearer " + text}};
    EXPECT_EQ(status(key), 200);
    EXPECT_EQ(client.ask("GET", "/v1/clients", key).code(), "permission_missing");
    EXPECT_EQ(database.psql("select hash = sha256('" + text + "'::bytea) from api_key"), "t");
    EXPECT_EQ(database.psql("select string_agg(action || ' ' || actor, ', ' order by id) "
                            "from audit where subject = 'api_key:" +
                            id + "'"),
              "api_key_created staff:checker, api_key_collected staff:ada");
}

TEST_F(ApiKeys, that_nobody_collects_in_time_are_nobodys) {
    const auto id = made(R"(["server.read"])");
    EXPECT_EQ(database.psql("select collect_until - created_at from api_key"), "3 days");
    set("collect_until = now()");
    EXPECT_EQ(collect(browser, id).code(), "not_collectable");
    EXPECT_EQ(state(id), "never_collected");
}

TEST_F(ApiKeys, that_are_not_collected_open_nothing) {
    const auto id = made(R"(["server.read"])");
    const HttpClient::Fields guess{
        {"Authorization", "Bearer cmb_" + id + "_" + std::string(64, '0')}};
    EXPECT_EQ(status(guess), 401);
}

TEST_F(ApiKeys, expire) {
    const auto id = made(R"(["server.read"])");
    EXPECT_EQ(database.psql("select round(extract(epoch from expires_at - now()) / 86400) "
                            "from api_key"),
              "30");
    const auto key = bearer(id);
    EXPECT_EQ(status(key), 200);
    set("expires_at = now()");
    EXPECT_EQ(status(key), 401);
    EXPECT_EQ(state(id), "expired");
    EXPECT_EQ(ask_for(R"(["server.read"])", "", "0").status, 422);
    EXPECT_EQ(ask_for(R"(["server.read"])", "", "400").status, 422);
}

TEST_F(ApiKeys, are_revoked_at_once) {
    const auto id = made(R"(["server.read"])");
    const auto key = bearer(id);
    ASSERT_EQ(status(key), 200);
    const auto revoked = administrator.post("/v1/keys/" + id + "/revoke", R"({"reason":"lost"})");
    EXPECT_EQ(revoked.status, 200) << revoked.body;
    EXPECT_EQ(text_in(revoked, "state"), "revoked");
    EXPECT_EQ(text_in(revoked, "revoked_by"), "staff:root");
    EXPECT_EQ(status(key), 401);
}

TEST_F(ApiKeys, that_are_revoked_before_they_are_collected_are_not_collected_any_more) {
    const auto id = made(R"(["server.read"])");
    EXPECT_EQ(administrator.post("/v1/keys/" + id + "/revoke", R"({"reason":"r"})").status, 200);
    EXPECT_EQ(collect(browser, id).code(), "not_collectable");
}

TEST_F(ApiKeys, hold_nothing_that_their_owner_does_not) {
    EXPECT_EQ(ask_for(R"(["server.read","server.register"])").code(), "permission_not_held");
    EXPECT_EQ(ask_for(R"(["approval.decide"])").code(), "permission_for_people");
    EXPECT_EQ(ask_for(R"(["delegation.create"])").code(), "permission_for_people");
    EXPECT_EQ(ask_for(R"(["server.reed"])").code(), "permission_unknown");
    EXPECT_EQ(ask_for("[]").code(), "permission_unknown");
}

TEST_F(ApiKeys, reach_no_further_than_their_owner) {
    database.psql("update role_grant set legal_entities = '{mt}' where staff_id = '" + ada.id +
                  "'");
    const auto within = [](const std::string& entities) {
        return R"(,"clients":{"legal_entities":[)" + entities + "]}";
    };
    EXPECT_EQ(ask_for(R"(["client.read"])").code(), "permission_not_held");
    EXPECT_EQ(ask_for(R"(["client.read"])", within(R"("mt","cy")")).code(), "permission_not_held");
    EXPECT_EQ(ask_for(R"(["client.read"])", within(R"("mt")")).status, 202);
}

TEST_F(ApiKeys, lose_what_their_owner_loses) {
    const auto key = bearer(made(R"(["server.read","client.read"])"));
    EXPECT_EQ(status(key, "/v1/clients"), 200);
    database.psql(
        "update role_grant set revoked_at = now(), revoked_by = 'test' "
        "where staff_id = '" +
        ada.id + "'");
    EXPECT_EQ(client.ask("GET", "/v1/clients", key).code(), "permission_missing");
    EXPECT_EQ(client.ask("GET", "/v1/servers", key).code(), "permission_missing");
}

TEST_F(ApiKeys, see_no_more_once_their_owner_sees_less) {
    const auto key = bearer(made(R"(["client.read"])"));
    EXPECT_EQ(status(key, "/v1/clients"), 200);
    database.psql("update role_grant set legal_entities = '{mt}' where staff_id = '" + ada.id +
                  "'");
    EXPECT_EQ(client.ask("GET", "/v1/clients", key).code(), "permission_missing");
    database.psql(
        "update role_grant set legal_entities = null, expires_at = now() "
        "where staff_id = '" +
        ada.id + "'");
    EXPECT_EQ(client.ask("GET", "/v1/clients", key).code(), "permission_missing");
}

TEST_F(ApiKeys, rest_while_their_owner_is_suspended) {
    const auto id = made(R"(["server.read"])");
    const auto key = bearer(id);
    database.psql("update staff set status = 'suspended' where username = 'ada'");
    EXPECT_EQ(status(key), 401);
    EXPECT_EQ(state(id), "suspended");
    database.psql("update staff set status = 'active' where username = 'ada'");
    EXPECT_EQ(status(key), 200);
}

TEST_F(ApiKeys, tell_when_they_were_used_to_the_hour) {
    const auto key = bearer(made(R"(["server.read"])"));
    EXPECT_EQ(database.psql("select used_at is null from api_key"), "t");
    EXPECT_EQ(status(key), 200);
    EXPECT_EQ(database.psql("select used_at > now() - interval '1 min' from api_key"), "t");
    set("used_at = now() - interval '59 min'");
    EXPECT_EQ(status(key), 200);
    EXPECT_EQ(database.psql("select used_at < now() - interval '58 min' from api_key"), "t");
    set("used_at = now() - interval '1 hour'");
    EXPECT_EQ(status(key), 200);
    EXPECT_EQ(database.psql("select used_at > now() - interval '1 min' from api_key"), "t");
}

TEST_F(ApiKeys, are_listed_without_their_text) {
    const auto id = made(R"(["server.read"])");
    const auto key = bearer(id);
    const std::string secret = key.front().second.substr(key.front().second.rfind('_') + 1);
    const auto listed = administrator.get("/v1/keys");
    EXPECT_NE(listed.body.find(id), std::string::npos);
    EXPECT_EQ(listed.body.find(secret), std::string::npos);
    EXPECT_EQ(browser.get("/v1/keys").code(), "permission_missing");
}

}  // namespace
}  // namespace cambist::gateway
