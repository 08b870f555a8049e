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

}  // namespace cambist::ctl
