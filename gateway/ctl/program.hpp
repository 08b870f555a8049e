#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "gateway/ctl/exit_code.hpp"

namespace cambist::ctl {

/// Options that every command takes.
struct Common {
    std::string dsn;
};

/// What a command does once the command line is read.
using Action = std::function<ExitCode()>;

/// The tree of commands, and the one that the command line chose.
class Program {
  public:
    Program();

    /// The group of these words, made where it is missing: a noun may have commands of both kinds.
    CLI::App& group(const std::string& name, const std::string& about);
    /// Adds a command below a group or the root.
    CLI::App& command(CLI::App& parent, const std::string& name, const std::string& about,
                      Action action);

    CLI::App& root() { return root_; }
    const Common& common() const { return common_; }

    ExitCode run(std::vector<std::string> words);

  private:
    CLI::App root_;
    Common common_;
    Action chosen_;
};

}  // namespace cambist::ctl
