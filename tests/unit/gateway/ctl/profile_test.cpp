#include "gateway/ctl/profile.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include "gateway/ctl/exit_code.hpp"
#include "gateway/ctl/secret_file.hpp"

namespace cambist::ctl {
namespace {

class Profiles : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = ::testing::TempDir() + "profiles";
        std::filesystem::remove_all(folder_);
    }
    std::string folder_;
};

TEST_F(Profiles, come_back_as_they_were_kept_and_are_private) {
    const Profile kept{.url = "http://127.0.0.1:1",
                       .ca_file = "/ca",
                       .username = "ada",
                       .cookie = "c",
                       .csrf_token = "t",
                       .device = "d",
                       .credentials = "/secrets/staff.json",
                       .totp_step = 7};
    const std::string file = folder_ + "/a/ada.json";
    write_profile(file, kept);
    struct stat state{};
    ASSERT_EQ(stat(file.c_str(), &state), 0);
    EXPECT_EQ(state.st_mode & 0777, 0600u);
    const auto read = read_profile(file);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->url, kept.url);
    EXPECT_EQ(read->ca_file, kept.ca_file);
    EXPECT_EQ(read->username, kept.username);
    EXPECT_EQ(read->cookie, kept.cookie);
    EXPECT_EQ(read->csrf_token, kept.csrf_token);
    EXPECT_EQ(read->device, kept.device);
    EXPECT_EQ(read->credentials, kept.credentials);
    EXPECT_EQ(read->totp_step, 7);
    EXPECT_FALSE(read_profile(folder_ + "/a/eve.json"));
}

TEST_F(Profiles, that_others_may_read_or_that_are_none_are_refused) {
    std::filesystem::create_directories(folder_);
    const std::string file = folder_ + "/x.json";
    write_secret(file, "[]");
    EXPECT_THROW(read_profile(file), UsageProblem);
    write_secret(file, "{}");
    EXPECT_TRUE(read_profile(file));
    chmod(file.c_str(), 0640);
    EXPECT_THROW(read_profile(file), UsageProblem);
}

TEST_F(Profiles, have_names_or_files) {
    setenv("XDG_CONFIG_HOME", "/config", 1);
    EXPECT_EQ(profile_file("ada"), "/config/cambist/ada.json");
    unsetenv("XDG_CONFIG_HOME");
    setenv("HOME", "/home/ada", 1);
    EXPECT_EQ(profile_file("ada"), "/home/ada/.config/cambist/ada.json");
    EXPECT_EQ(profile_file("./ada"), "./ada");
    EXPECT_EQ(profile_file("ada.json"), "ada.json");
}

TEST_F(Profiles, secrets_are_the_first_line_of_a_private_file) {
    std::filesystem::create_directories(folder_);
    const std::string file = folder_ + "/password";
    write_secret(file, "first\nsecond");
    EXPECT_EQ(read_secret(file), "first");
    write_secret(file, "");
    EXPECT_THROW(read_secret(file), UsageProblem);
    EXPECT_THROW(read_secret(folder_ + "/none"), UsageProblem);
}

}  // namespace
}  // namespace cambist::ctl
