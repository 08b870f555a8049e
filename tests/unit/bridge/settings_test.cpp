#include "bridge/settings.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bridge/keys/seal_key.hpp"

namespace cambist::bridge {

namespace {

class BridgeSettings : public ::testing::Test {
  protected:
    BridgeSettings() {
        std::string pattern = (std::filesystem::temp_directory_path() / "cambist-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
        write_pair(new_pair(), "bridge", folder);
        write_pair(new_pair(), "server", folder);
    }
    ~BridgeSettings() override { std::filesystem::remove_all(folder); }

    std::filesystem::path file(const std::string& text) {
        std::ofstream(folder / "bridge.toml") << text;
        return folder / "bridge.toml";
    }
    std::string good() const {
        return "name = \"b\"\n[database]\ndsn = \"host=x\"\n[link]\nendpoint = "
               "\"tcp://127.0.0.1:1\"\nkey_file = \"" +
               (folder / "bridge.key").string() + "\"\n[[server]]\nid = 1\npublic_keys = [\"" +
               (folder / "server.pub").string() + "\"]\n[metrics]\nport = 9\n";
    }
    std::vector<std::string> problems(const std::string& text) {
        const auto settings = read_settings(file(text));
        return settings ? std::vector<std::string>{} : settings.error();
    }

    std::filesystem::path folder;
};

TEST_F(BridgeSettings, are_read_with_defaults_for_what_is_not_said) {
    const auto settings = read_settings(file(good()));
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->name, "b");
    EXPECT_EQ(settings->lease_seconds, 10);
    EXPECT_EQ(settings->metrics_port, 9);
    ASSERT_EQ(settings->servers.size(), 1u);
    EXPECT_EQ(settings->servers[0].public_keys.size(), 1u);
}

TEST_F(BridgeSettings, name_every_problem_at_once) {
    const auto found = problems(
        "name = 5\ncolour = \"red\"\nlease_seconds = 1\n[link]\nendpoint = \"udp://x\"\n"
        "[[server]]\nid = 0\npublic_keys = []\n[metrics]\nport = \"8602\"\nunit = \"s\"\n");
    const std::vector<std::string> wanted{"name: ",          "colour: is not a key",
                                          "lease_seconds: ", "database.dsn: is missing",
                                          "metrics.port: ",  "metrics.unit: is not a key",
                                          "link.endpoint: ", "link.key_file: is missing",
                                          "server[0].id: ",  "server[0].public_keys: "};
    for (const std::string& start : wanted) {
        const bool named = std::ranges::any_of(
            found, [&](const std::string& problem) { return problem.starts_with(start); });
        EXPECT_TRUE(named) << start;
    }
}

TEST_F(BridgeSettings, refuse_a_secret_that_others_may_read) {
    ::chmod((folder / "bridge.key").c_str(), 0644);
    const auto found = problems(good());
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].find("others may read"), std::string::npos);
}

TEST_F(BridgeSettings, refuse_one_key_for_two_servers) {
    const auto found = problems(good() + "[[server]]\nid = 2\npublic_keys = [\"" +
                                (folder / "server.pub").string() + "\"]\n");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].find("another server has the same key"), std::string::npos);
}

TEST_F(BridgeSettings, say_where_a_file_cannot_be_read) {
    const auto found = problems("name = \n");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].find("line 1"), std::string::npos);
}

TEST_F(BridgeSettings, are_documented_in_a_form_that_can_be_read_but_for_its_files) {
    const auto found = problems(std::string(documented_settings()));
    for (const std::string& problem : found)
        EXPECT_NE(problem.find("/var/lib/cambist/"), std::string::npos) << problem;
    EXPECT_EQ(found.size(), 4u);
}

TEST_F(BridgeSettings, name_where_the_audit_is_sealed_or_leave_it_unsealed) {
    EXPECT_TRUE(read_settings(file(good()))->audit.anchor_folders.empty());
    const auto key = make_seal_key("seal", folder);
    const std::string audit = good() + "[audit]\nseal_key_file = \"" +
                              (folder / "seal.key").string() + "\"\nanchor_folders = [\"" +
                              folder.string() + "\"]\n";
    const auto settings = read_settings(file(audit));
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->audit.anchor_folders, std::vector{folder});
    EXPECT_EQ(settings->audit.key.public_key, key.public_key);
}

TEST_F(BridgeSettings, refuse_anchors_in_no_folder_and_a_seal_key_that_is_none) {
    const auto found =
        problems(good() + "[audit]\nseal_key_file = \"" + (folder / "bridge.key").string() +
                 "\"\nanchor_folders = [\"/nowhere\"]\n");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_NE(found[0].find("/nowhere is no folder"), std::string::npos) << found[0];
    EXPECT_NE(found[1].find("is not an Ed25519 private key"), std::string::npos) << found[1];
}

}  // namespace

}  // namespace cambist::bridge
