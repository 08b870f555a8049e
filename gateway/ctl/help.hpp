#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cambist::ctl {

/// Help that fits its terminal: usage, what must be given, options, commands, and the options of
/// every command.
class HelpFormatter : public CLI::Formatter {
  public:
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override;
};

/// What a command is about; of a group that nobody has described, what can be done with it.
std::string about_of(const CLI::App& app);

}  // namespace cambist::ctl
