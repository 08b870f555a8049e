#include "gateway/ctl/credentials.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "gateway/ctl/exit_code.hpp"
#include "gateway/ctl/secret_file.hpp"

namespace cambist::ctl {
namespace {

// "12345678901234567890" in base32: the secret of RFC 6238's vectors.
constexpr auto rfc_secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

Instant seconds(std::int64_t count) {
    return {count * 1'000'000'000};
}

TEST(Codes, are_those_of_rfc_6238) {
    EXPECT_EQ(totp_code(rfc_secret, totp_step(seconds(59))).digits, "287082");
    EXPECT_EQ(totp_code(rfc_secret, totp_step(seconds(1111111109))).digits, "081804");
    EXPECT_EQ(totp_code(rfc_secret, totp_step(seconds(2000000000))).digits, "279037");
}

TEST(Codes, need_a_secret_in_base32) {
    EXPECT_THROW(totp_code("1!", 1), UsageProblem);
    EXPECT_THROW(totp_code("", 1), UsageProblem);
}

TEST(Codes, are_used_once_the_one_before_first) {
    EXPECT_EQ(next_unused_step(seconds(3000), -1), 99);
    EXPECT_EQ(next_unused_step(seconds(3000), 98), 99);
    EXPECT_EQ(next_unused_step(seconds(3000), 99), 100);
    EXPECT_EQ(next_unused_step(seconds(3000), 100), 101) << "which is still to come";
}

TEST(Codes, of_the_step_before_are_not_used_when_the_present_one_is_about_to_end) {
    EXPECT_EQ(next_unused_step(seconds(3024), -1), 99);
    EXPECT_EQ(next_unused_step(seconds(3026), -1), 100);
}

class CredentialFiles : public ::testing::Test {
  protected:
    std::string file(const std::string& text) {
        const std::string name = ::testing::TempDir() + "credentials.json";
        write_secret(name, text);
        return name;
    }
};

constexpr auto staff = R"([{"username":"ada","password":"a","totp_secret":"x","role":"support"},
                           {"username":"root","password":"r","totp_secret":"y",
                            "role":"administrator"}])";

TEST_F(CredentialFiles, know_people_by_name_or_role) {
    const auto name = file(staff);
    EXPECT_EQ(read_credentials(name, {.username = "ada"}).password, "a");
    EXPECT_EQ(read_credentials(name, {.username = ""}).username, "root");
    EXPECT_THROW(read_credentials(name, {.username = "eve"}), UsageProblem);
    EXPECT_THROW(read_credentials(name, {.username = "", .role = "dealer"}), UsageProblem);
}

TEST_F(CredentialFiles, are_lists_that_nobody_else_may_read) {
    EXPECT_THROW(read_credentials(file("{}"), {.username = "ada"}), UsageProblem);
    EXPECT_THROW(read_credentials(file("no json"), {.username = "ada"}), UsageProblem);
    EXPECT_THROW(read_credentials("/nowhere", {.username = "ada"}), UsageProblem);
    const auto name = file(staff);
    chmod(name.c_str(), 0644);
    EXPECT_THROW(read_credentials(name, {.username = "ada"}), UsageProblem);
}

}  // namespace
}  // namespace cambist::ctl
