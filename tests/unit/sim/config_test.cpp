#include "sim/trading_server/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace cambist::sim {
namespace {

class Settings : public testing::Test {
  protected:
    Settings()
        : file(std::filesystem::temp_directory_path() /
               ("settings-" + std::to_string(getpid()) + ".toml")) {}
    ~Settings() override { std::filesystem::remove(file); }

    Config read(const std::string& text) {
        std::ofstream(file) << text;
        return read_config(file);
    }
    std::string problem(const std::string& text) {
        try {
            read(text);
        } catch (const ConfigInvalid& invalid) {
            return invalid.what();
        }
        return "taken";
    }

    std::string file;
};

TEST_F(Settings, what_is_not_said_has_its_default) {
    const Config config = read("seed = 9\n[plugin.parameters]\nmode = \"observe\"\n");
    EXPECT_EQ(config.seed, 9);
    EXPECT_TRUE(config.plugin.required);
    EXPECT_EQ(config.plugin.parameters.at("mode"), "observe");
}

TEST_F(Settings, every_problem_is_told_at_once) {
    const std::string all =
        problem("sed = 1\n[server]\nid = \"one\"\nzone = \"CET\"\n[manager]\nport = 70000\n");
    for (const char* each :
         {"sed: is not a known key", "server.id: must be a whole number",
          "server.zone: must be one of UTC, EET", "manager.port: must be from 0 to 65535"})
        EXPECT_NE(all.find(each), all.npos) << all;
}

TEST_F(Settings, a_wrong_crash_point_is_refused) {
    EXPECT_NE(problem("[server]\ncrash_at = \"nowhere\"\n").find("server.crash_at"),
              std::string::npos);
    EXPECT_NE(problem("[server]\ncrash_at = \"before_balance:0\"\n").find("server.crash_at"),
              std::string::npos);
}

TEST_F(Settings, a_broken_file_names_its_line) {
    EXPECT_NE(problem("seed = 1\nseed = \n").find(":2: "), std::string::npos);
}

TEST_F(Settings, the_documentation_is_a_settings_file) {
    EXPECT_EQ(problem(documented_config()), "taken");
}

}  // namespace
}  // namespace cambist::sim
