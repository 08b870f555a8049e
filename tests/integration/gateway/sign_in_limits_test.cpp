#include <gtest/gtest.h>

#include <set>

#include "tests/integration/gateway/browser.hpp"

namespace cambist::gateway {
namespace {

using namespace std::chrono_literals;
using tests::TestDatabase;

/// Waits so long that none passes while a test runs; a proxy names addresses.
DoorSettings patient_door() {
    DoorSettings door = quick_door();
    for (auto* rule : {&door.limits.account, &door.limits.device, &door.limits.address})
        rule->first_wait = 600s;
    door.limits.account.free_failures = 2;
    door.proxies.addresses = {"127.0.0.1"};
    return door;
}

HttpClient::Fields from(const std::string& address) {
    return {{"X-Forwarded-For", address}};
}

class SignInLimits : public ::testing::Test {
  protected:
    TestDatabase database;
    Member ada = add_member(database, "ada", {"support"}),
           bob = add_member(database, "bob", {"administrator"});

    RunningGateway gateway(const DoorSettings& door = patient_door()) {
        return RunningGateway(database.settings("cambist_gateway"), {}, {}, door);
    }
    static int fail(const RunningGateway& running, const std::string& username,
                    const std::string& address = "203.0.113.1") {
        return Browser(running, from(address)).sign_in(username, "guessed", std::nullopt).status;
    }
    int succeed(const RunningGateway& running, const Member& member,
                const std::string& address = "203.0.113.1") {
        return Browser(running, from(address)).sign_in(database, member).status;
    }
    void waits_pass() { database.psql("update sign_in_counter set free_at = now()"); }
};

TEST_F(SignInLimits, an_account_that_is_guessed_at_waits_and_even_the_right_password_is_not_read) {
    auto running = gateway();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(fail(running, "ada"), 401);
    const auto compared = running.passwords_compared();
    const auto refused = Browser(running).sign_in(database, ada);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.code(), "throttled");
    const int wait = std::stoi(refused.header("retry-after"));
    EXPECT_GT(wait, 500);
    EXPECT_LE(wait, 600);
    EXPECT_EQ(running.passwords_compared(), compared);
    EXPECT_EQ(succeed(running, bob), 201) << "others are not kept waiting";
    waits_pass();
    EXPECT_EQ(succeed(running, ada), 201);
}

TEST_F(SignInLimits, a_username_that_nobody_has_waits_just_the_same) {
    const auto running = gateway();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(fail(running, "nobody"), 401);
    EXPECT_EQ(fail(running, "nobody"), 429);
}

TEST_F(SignInLimits, each_failure_doubles_the_wait) {
    const auto running = gateway();
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(fail(running, "ada"), 401);
        waits_pass();
    }
    EXPECT_EQ(fail(running, "ada"), 401);
    EXPECT_EQ(database.psql("select free_at - last_failed_at from sign_in_counter "
                            "where kind = 'account'"),
              "00:15:00")
        << "600 s, 1200 s, ...: never more than a quarter of an hour";
}

TEST_F(SignInLimits, whoever_guesses_elsewhere_does_not_slow_down_a_known_browser) {
    const auto running = gateway();
    Browser known(running, from("198.51.100.7"));
    ASSERT_EQ(known.sign_in(database, ada).status, 201);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(fail(running, "ada"), 401);
    EXPECT_EQ(known.sign_in(database, ada).status, 201);
    EXPECT_EQ(fail(running, "ada"), 429) << "nor does her success let the guesser on";
}

TEST_F(SignInLimits, the_cookie_of_another_account_makes_no_browser_known) {
    const auto running = gateway();
    Browser browser(running, from("198.51.100.7"));
    ASSERT_EQ(browser.sign_in(database, bob).status, 201);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(browser.sign_in("ada", "guessed", std::nullopt).status, 401);
    EXPECT_EQ(browser.sign_in("ada", "guessed", std::nullopt).status, 429);
}

TEST_F(SignInLimits, an_address_that_fails_waits_whatever_it_tries) {
    DoorSettings door = patient_door();
    door.limits.address.free_failures = 3;
    auto running = gateway(door);
    for (const char* username : {"ann", "ben", "cat", "dan"})
        EXPECT_EQ(fail(running, username), 401);
    EXPECT_EQ(fail(running, "eli"), 429);
    EXPECT_EQ(succeed(running, ada), 429);
    EXPECT_EQ(succeed(running, ada, "203.0.113.2"), 201) << "other addresses do not wait";
    EXPECT_EQ(succeed(running, bob), 429) << "nor does that let the first one on";
}

TEST_F(SignInLimits, a_success_takes_back_no_failure_of_its_address) {
    DoorSettings door = patient_door();
    door.limits.address.free_failures = 3;
    auto running = gateway(door);
    for (const char* username : {"ann", "ben", "cat"})
        EXPECT_EQ(fail(running, username), 401);
    EXPECT_EQ(succeed(running, ada), 201);
    EXPECT_EQ(fail(running, "dan"), 401);
    EXPECT_EQ(fail(running, "eli"), 429);
}

TEST_F(SignInLimits, one_customers_ipv6_network_is_one_address) {
    DoorSettings door = patient_door();
    door.limits.address.free_failures = 3;
    const auto running = gateway(door);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(fail(running, "user" + std::to_string(i), "2001:db8::" + std::to_string(i + 1)),
                  401);
    EXPECT_EQ(fail(running, "eli", "2001:db8::ffff"), 429);
    EXPECT_EQ(fail(running, "eli", "2001:db8:0:1::1"), 401);
}

TEST_F(SignInLimits, many_accounts_from_one_address_stop_it_and_are_listed) {
    DoorSettings door = patient_door();
    door.limits.most_accounts = 3;
    auto running = gateway(door);
    for (const char* username : {"ann", "ben", "cat", "dan"})
        EXPECT_EQ(fail(running, username), 401);
    EXPECT_EQ(fail(running, "eli"), 429);
    Browser administrator(running, from("198.51.100.7"));
    ASSERT_EQ(administrator.sign_in(database, bob).status, 201);
    const auto listed = administrator.get("/v1/sign-ins?flag=credential_stuffing");
    EXPECT_NE(listed.body.find(R"("outcome":"refused")"), std::string::npos) << listed.body;
    EXPECT_NE(listed.body.find(R"("outcome":"throttled")"), std::string::npos) << listed.body;
}

TEST_F(SignInLimits, what_is_refused_unread_is_recorded_once) {
    const auto running = gateway();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(fail(running, "ada"), 401);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(fail(running, "ada"), 429);
    EXPECT_EQ(database.psql("select count(*) from sign_in where outcome = 'throttled'"), "1");
}

TEST_F(SignInLimits, codes_shown_by_a_session_are_counted_too) {
    DoorSettings door = patient_door();
    door.limits.device.free_failures = 2;
    const auto running = gateway(door);
    Browser browser(running), other(running);
    ASSERT_EQ(browser.sign_in(database, ada).status, 201);
    ASSERT_EQ(other.sign_in(database, ada).status, 201);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(browser.post("/v1/session/step-up", R"({"code":"abcdef"})").status, 403);
    const std::string right = R"({"code":")" + ada.code(database) + R"("})";
    const auto refused = browser.post("/v1/session/step-up", right);
    EXPECT_EQ(refused.status, 429);
    EXPECT_GT(std::stoi(refused.header("retry-after")), 500);
    EXPECT_EQ(browser
                  .post("/v1/session/password",
                        R"({"password":"x","new_password":"another-long-one","code":"1"})")
                  .status,
              429)
        << "nor is a password tried instead";
    EXPECT_EQ(other.post("/v1/session/step-up", right).status, 200)
        << "the same person elsewhere does not wait";
}

}  // namespace
}  // namespace cambist::gateway
