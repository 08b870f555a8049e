#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

DoorSettings located_door() {
    DoorSettings door = quick_door();
    door.proxies = {.addresses = {"127.0.0.1"}, .country_header = "X-Country"};
    return door;
}

class AbnormalSignIn : public ::testing::Test {
  protected:
    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway"), {}, {}, located_door()};
    Member ada = add_member(database, "ada", {"compliance"});
    Browser home{gateway, {{"X-Country", "MT"}}};

    void SetUp() override {
        ASSERT_EQ(home.sign_in(database, ada).status, 201);
        ASSERT_EQ(flags(), "[]") << "the first of all has nothing to differ from";
    }
    /// Of the last attempt, as an auditor reads it.
    std::string flags() {
        const auto page = boost::json::parse(list("limit=1").body);
        return boost::json::serialize(page.at("items").at(0).at("flags"));
    }
    ReceivedAnswer list(const std::string& parameters) {
        auto client = gateway.client();
        return client.ask("GET", "/v1/sign-ins?" + parameters, auditor_);
    }
    static std::size_t size_of(const ReceivedAnswer& page) {
        return boost::json::parse(page.body).at("items").as_array().size();
    }

  private:
    HttpClient::Fields auditor_ = add_session(database, "auditor", {"auditor"});
};

TEST_F(AbnormalSignIn, from_the_same_browser_and_country_is_none) {
    EXPECT_EQ(home.sign_in(database, ada).status, 201);
    EXPECT_EQ(flags(), "[]");
    EXPECT_EQ(size_of(list("abnormal=true")), 0u);
    EXPECT_EQ(size_of(list("")), 2u);
}

TEST_F(AbnormalSignIn, from_a_new_browser_is_one) {
    EXPECT_EQ(Browser(gateway, {{"X-Country", "MT"}}).sign_in(database, ada).status, 201);
    EXPECT_EQ(flags(), R"(["new_device"])");
}

TEST_F(AbnormalSignIn, from_a_new_country_is_one_the_first_time) {
    Browser abroad(gateway, {{"X-Country", "US"}});
    abroad.sign_in(database, ada);
    EXPECT_EQ(flags(), R"(["new_device","new_country"])");
    abroad.sign_in(database, ada);
    EXPECT_EQ(flags(), "[]");
}

TEST_F(AbnormalSignIn, after_a_burst_of_failures_is_one) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(home.sign_in("ada", "guessed", std::nullopt).status, 401);
    EXPECT_EQ(flags(), R"(["burst"])") << "the fifth failure";
    EXPECT_EQ(home.sign_in(database, ada).status, 201);
    EXPECT_EQ(flags(), R"(["burst"])") << "and the success after it";
    EXPECT_EQ(home.sign_in(database, ada).status, 201);
    EXPECT_EQ(flags(), "[]");
}

TEST_F(AbnormalSignIn, of_a_privileged_account_after_a_month_of_silence_is_one) {
    const auto eve = add_member(database, "eve", {"support"});
    Browser hers(gateway, {{"X-Country", "MT"}});
    ASSERT_EQ(hers.sign_in(database, eve).status, 201);
    database.psql("update staff_credential set signed_in_at = now() - interval '31 days'");
    EXPECT_EQ(home.sign_in(database, ada).status, 201);
    EXPECT_EQ(flags(), R"(["dormant_privileged"])");
    EXPECT_EQ(hers.sign_in(database, eve).status, 201);
    EXPECT_EQ(flags(), "[]") << "support decides nothing";
}

TEST_F(AbnormalSignIn, is_listed_by_flag_and_by_person) {
    const auto eve = add_member(database, "eve", {"support"});
    Browser hers(gateway);
    hers.sign_in(database, eve);
    Browser(gateway, {{"X-Country", "US"}}).sign_in(database, ada);
    EXPECT_EQ(size_of(list("")), 3u);
    EXPECT_EQ(size_of(list("abnormal=true")), 1u);
    EXPECT_EQ(size_of(list("flag=new_country")), 1u);
    EXPECT_EQ(size_of(list("flag=burst")), 0u);
    EXPECT_EQ(size_of(list("staff=" + eve.id)), 1u);
    EXPECT_EQ(size_of(list("abnormal=true&staff=" + eve.id)), 0u);
    EXPECT_EQ(list("flag=unheard_of").status, 400);
    const auto abroad = boost::json::parse(list("flag=new_country").body).at("items").at(0);
    EXPECT_EQ(abroad.at("country").as_string(), "US");
    EXPECT_EQ(abroad.at("username").as_string(), "ada");
    EXPECT_EQ(hers.get("/v1/sign-ins").code(), "permission_missing");
}

TEST_F(AbnormalSignIn, no_client_says_itself_where_it_is) {
    RunningGateway unproxied(database.settings("cambist_gateway"), {}, {}, quick_door());
    Browser(unproxied, {{"X-Country", "US"}, {"X-Forwarded-For", "8.8.8.8"}})
        .sign_in(database, ada);
    EXPECT_EQ(flags(), R"(["new_device"])");
    EXPECT_EQ(database.psql("select address || country from sign_in order by id desc limit 1"),
              "127.0.0.1");
}

}  // namespace
}  // namespace cambist::gateway
