#include "gateway/settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cambist::gateway {
namespace {

constexpr std::string_view keys = "[auth]\nsecret_key_file = \"k\"\n";

/// A file that says where the keys are, as every one has to.
auto read(std::string_view text, std::string_view dsn) {
    return read_settings(std::string(keys) + std::string(text), dsn);
}

std::vector<std::string> problems_of(std::string_view text) {
    const auto settings = read(text, "host=x");
    return settings ? std::vector<std::string>{} : settings.error();
}

TEST(GatewaySettings, have_defaults_for_all_but_the_database_and_the_key_file) {
    EXPECT_EQ(read_settings("", "").error(),
              (std::vector<std::string>{"database.dsn: must be set",
                                        "auth.secret_key_file: must be set"}));
    const auto settings = read("", "host=db");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->port, 8600);
    EXPECT_EQ(settings->http.header.bytes, 16u * 1024);
    EXPECT_EQ(settings->dsn, "host=db");
}

TEST(GatewaySettings, are_read_by_section_and_key) {
    const auto settings = read(
        "[http]\nport = 1234\nidle_seconds = 7\nconnections = 5\n"
        "[database]\ndsn = \"host=a\"\npool = 3\n",
        "");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->port, 1234);
    EXPECT_EQ(settings->http.idle_time, std::chrono::seconds(7));
    EXPECT_EQ(settings->http.connections, 5u);
    EXPECT_EQ(settings->pool, 3);
}

TEST(GatewaySettings, say_how_people_are_let_in) {
    const auto settings = read_settings(
        "[auth]\nsecret_key_file = \"k\"\npassword_memory_mib = 46\npassword_iterations = 1\n"
        "idle_minutes = 5\nabsolute_hours = 8\norigins = \"https://a.example, https://b\"\n"
        "trusted_proxies = \"10.0.0.1\"\ncountry_header = \"CF-IPCountry\"\n"
        "[http]\nbehind_proxy = true\n",
        "host=db");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->door.session.idle, std::chrono::minutes(5));
    EXPECT_EQ(settings->door.session.absolute, std::chrono::hours(8));
    EXPECT_EQ(settings->door.origins, (std::vector<std::string>{"https://a.example", "https://b"}));
    EXPECT_EQ(settings->door.proxies.addresses, std::vector<std::string>{"10.0.0.1"});
    EXPECT_EQ(settings->door.proxies.country_header, "CF-IPCountry");
}

TEST(GatewaySettings, do_not_let_passwords_become_cheap_to_guess) {
    const auto problems = read_settings(
        "[auth]\nsecret_key_file = \"k\"\npassword_memory_mib = 19\npassword_iterations = 1\n",
        "host=db");
    ASSERT_FALSE(problems);
    EXPECT_TRUE(problems.error().front().starts_with("auth.password_memory_mib: must be at least"))
        << problems.error().front();
}

TEST(GatewaySettings, name_every_problem_at_once) {
    const auto problems = problems_of(
        "[http]\nport = 70000\nprot = 1\nidle_seconds = \"10s\"\naddress = \"0.0.0.0\"\n"
        "[servre]\na = 1\n[log]\nlevel = \"loud\"\nformat = \"xml\"\n");
    const auto has = [&](std::string_view text) {
        return std::ranges::any_of(problems,
                                   [&](const auto& problem) { return problem.starts_with(text); });
    };
    EXPECT_EQ(problems.size(), 7u);
    EXPECT_TRUE(has("http.port: must be a whole number from 0 to 65535"));
    EXPECT_TRUE(has("http.prot: unknown key"));
    EXPECT_TRUE(has("http.idle_seconds: must be a whole number"));
    EXPECT_TRUE(has("http.address: other than loopback needs http.behind_proxy"));
    EXPECT_TRUE(has("servre: unknown section"));
    EXPECT_TRUE(has("log.level: must be"));
    EXPECT_TRUE(has("log.format: must be text or json"));
}

TEST(GatewaySettings, believe_only_a_proxy_about_addresses) {
    const auto problems = problems_of("trusted_proxies = \"10.0.0.1\"\n");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_TRUE(problems[0].starts_with("auth.trusted_proxies: needs http.behind_proxy"));
}

TEST(GatewaySettings, text_that_is_no_toml_is_named_by_its_line) {
    const auto problems = problems_of("[http]\nport = \n");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_TRUE(problems[0].starts_with("line 4:")) << problems[0];
}

TEST(GatewaySettings, another_address_is_taken_behind_a_proxy) {
    EXPECT_TRUE(read("[http]\naddress = \"0.0.0.0\"\nbehind_proxy = true\n", "host=db"));
}

TEST(GatewaySettings, printed_ones_read_back_as_they_were) {
    const auto settings = read("[http]\nport = 1\nbody_seconds = 9\n", "host=db");
    const auto again = read_settings(printed(*settings), "");
    ASSERT_TRUE(again);
    EXPECT_EQ(printed(*again), printed(*settings));
}

TEST(GatewaySettings, printing_hides_the_password) {
    for (const char* dsn : {"host=a password=hidden user=b", "host=a password='hid den'",
                            "postgresql://user:hidden@host/db"}) {
        const auto text = printed(*read("", dsn));
        EXPECT_EQ(text.find("hid"), std::string::npos) << text;
        EXPECT_NE(text.find("***"), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace cambist::gateway
