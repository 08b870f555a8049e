#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/ctl/exit_code.hpp"

namespace cambist::ctl {

/// Options that every command takes.
struct Common {
    std::string dsn;
    std::string url, ca_file;
    std::string profile, api_key_file;
    std::string output = "table";
    std::string columns;
    long timeout_seconds = 60;
    bool dry_run = false;
};

/// What a command does once the command line is read.
using Action = std::function<ExitCode()>;

/// The tree of commands, and the one that the command line chose.
class Program {
  public:
    Program();

    /// The group of these words, made where it is missing: a noun may have commands of both kinds.
    CLI::App& group(std::span<const std::string_view> words);
    CLI::App& group(std::string_view word) { return group({&word, 1}); }
    /// Whether somebody has added it already.
    bool has(std::span<const std::string_view> words) const;
    /// Adds a command below a group or the root.
    CLI::App& command(CLI::App& parent, const std::string& name, const std::string& about,
                      Action action);

    CLI::App& root() { return root_; }
    const Common& common() const { return common_; }

    /// Reads the words and does what they say; what is wrong with them is said in a line or two.
    ExitCode run(std::vector<std::string> words);

  private:
    void add_common_options();

    CLI::App root_;
    Common common_;
    Action chosen_;
};

/// Option groups of the help: values that must be given stand first.
inline constexpr auto needed_group = "Needed", options_group = "Options";

}  // namespace cambist::ctl
