#include "gateway/ctl/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/ctl/arguments.hpp"
#include "gateway/ctl/catalogue/catalogue.hpp"

namespace cambist::ctl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class Completions : public ::testing::Test {
  protected:
    Completions() { add_route_commands(program_); }

    std::vector<std::string> after(const std::vector<std::string>& words) {
        std::vector<std::string> found;
        for (const auto& candidate : completion_of(program_.root(), words).candidates)
            found.push_back(candidate.word);
        return found;
    }

    Program program_;
};

TEST_F(Completions, offer_commands) {
    EXPECT_THAT(after({""}), Contains("clients"));
    EXPECT_THAT(after({"clie"}), ElementsAre("clients"));
    EXPECT_THAT(after({"clients", ""}), Contains("status"));
    EXPECT_THAT(after({"nonsense", ""}), Contains("clients")) << "which may still come";
}

TEST_F(Completions, offer_options_of_the_command_and_of_all) {
    EXPECT_THAT(after({"clients", "status", "id", "--"}), Contains("--to"));
    EXPECT_THAT(after({"clients", "status", "id", "--"}), Contains("--output"));
    EXPECT_THAT(after({"clients", "status", ""}), Contains("--reason"));
    EXPECT_THAT(after({"--ou"}), ElementsAre("--output"));
}

TEST_F(Completions, offer_the_words_of_an_option) {
    EXPECT_THAT(after({"clients", "status", "--to", "re"}),
                ElementsAre("registered", "restricted"));
    EXPECT_THAT(after({"--output", "=", "js"}), ElementsAre("json", "jsonl"));
    EXPECT_THAT(after({"--output", "="}), Contains("table"));
    EXPECT_THAT(after({"clients", "status", "--to", "restricted", "--"}), Contains("--cause"));
    EXPECT_THAT(after({"--output", "json", "cli"}), ElementsAre("clients"));
    EXPECT_THAT(after({"clients", "status", "--reason", ""}), IsEmpty());
}

TEST_F(Completions, offer_files_where_a_file_is_meant) {
    const std::vector<std::string> words{"clients", "add", "--body", ""};
    EXPECT_TRUE(completion_of(program_.root(), words).files);
    EXPECT_FALSE(completion_of(program_.root(), std::vector<std::string>{""}).files);
    EXPECT_TRUE(completion_of(program_.root(), {}).candidates.empty());
}

TEST_F(Completions, reach_every_operation) {
    for (const Operation& operation : operations()) {
        std::vector<std::string> words;
        for (const auto& word : operation.command) {
            words.emplace_back();
            EXPECT_THAT(after(words), Contains(std::string(word))) << operation.id;
            words.back() = word;
        }
        words.emplace_back("--");
        const auto options = after(words);
        for (const Field& field : operation.fields)
            EXPECT_THAT(options, Contains(std::string(field.option))) << operation.id;
    }
}

TEST_F(Completions, no_option_of_a_route_hides_one_of_every_command) {
    const auto common = after({"--"});
    for (const Operation& operation : operations())
        for (const Field& field : operation.fields)
            EXPECT_THAT(common, Not(Contains(std::string(field.option)))) << operation.id;
}

}  // namespace
}  // namespace cambist::ctl
