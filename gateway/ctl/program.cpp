#include "gateway/ctl/program.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace cambist::ctl {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

Program::Program() : root_("Cambist from a shell.", "cambistctl") {
    common_.dsn = environment("CAMBIST_DATABASE_DSN");
    root_.require_subcommand(1);
    root_.fallthrough();
    root_.add_option("--dsn", common_.dsn,
                     "PostgreSQL as libpq reads it, for commands straight in the database "
                     "(CAMBIST_DATABASE_DSN)");
}

CLI::App& Program::group(const std::string& name, const std::string& about) {
    const auto known = root_.get_subcommands({});
    const auto found =
        std::ranges::find_if(known, [&](const CLI::App* app) { return app->get_name() == name; });
    if (found != known.end())
        return **found;
    return *root_.add_subcommand(name, about)->require_subcommand(1);
}

CLI::App& Program::command(CLI::App& parent, const std::string& name, const std::string& about,
                           Action action) {
    CLI::App* added = parent.add_subcommand(name, about);
    added->callback([this, action = std::move(action)] { chosen_ = action; });
    return *added;
}

ExitCode Program::run(std::vector<std::string> words) {
    try {
        std::ranges::reverse(words);  // as CLI11 reads them
        root_.parse(words);
    } catch (const CLI::ParseError& wrong) {
        return root_.exit(wrong, std::cout, std::cerr) == 0 ? ExitCode::done : ExitCode::usage;
    }
    return chosen_();
}

}  // namespace cambist::ctl
