#pragma once

#include <span>
#include <string>
#include <vector>

#include "gateway/ctl/program.hpp"

namespace cambist::ctl {

/// One word that may stand next.
struct Candidate {
    std::string word, about;
};

/// What may stand in the place of the last of these words, as the tree of commands has it.
struct Completion {
    std::vector<Candidate> candidates;
    bool files = false;  ///< any file may
};
Completion completion_of(const CLI::App& root, std::span<const std::string> words);

/// The hidden word that the shells' scripts ask with.
inline constexpr auto complete_word = "__complete";
/// Answers them: a line a candidate, the word and what it is about with a tab between.
ExitCode answer_shell(Program& program, std::span<const std::string> words);

/// `completion bash`, `zsh` and `fish` print the script that their shell reads.
void add_completion_commands(Program& program);

}  // namespace cambist::ctl
