#include "gateway/ctl/program.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "gateway/ctl/catalogue/catalogue.hpp"
#include "gateway/ctl/help.hpp"
#include "gateway/ctl/text.hpp"

namespace cambist::ctl {

namespace {

constexpr auto about_all =
    "Cambist from a shell: every route of the gateway, and what operators do straight in the "
    "database.";
CLI::App* child(const CLI::App& parent, std::string_view name) {
    const auto known = parent.get_subcommands(nullptr);
    const auto found =
        std::ranges::find_if(known, [&](const CLI::App* app) { return app->get_name() == name; });
    return found == known.end() ? nullptr : const_cast<CLI::App*>(*found);
}

std::string about_of(std::string_view name) {
    const auto found = std::ranges::find(nouns(), name, &Noun::name);
    return found == nouns().end() ? "" : std::string(found->about);
}

/// `--name=` gives an empty value; CLI11 would take the next word for it.
std::vector<std::string> with_empty_values(const std::vector<std::string>& words) {
    std::vector<std::string> all;
    bool options = true;
    for (const auto& word : words) {
        options = options && word != "--";
        const bool empty = options && word.starts_with("--") && word.size() > 3 &&
                           word.find('=') == word.size() - 1;
        all.push_back(empty ? word.substr(0, word.size() - 1) : word);
        if (empty)
            all.emplace_back();
    }
    return all;
}

}  // namespace

Program::Program() : root_(about_all, "cambistctl") {
    root_.require_subcommand(1);
    root_.fallthrough();
    root_.formatter(std::make_shared<HelpFormatter>());
    root_.set_help_flag("-h,--help", "what may be said here");
    root_.set_version_flag("--version", "cambistctl " CAMBIST_VERSION, "which version this is");
    add_common_options();
}

void Program::add_common_options() {
    const auto add = [this](const char* name, auto& value, const char* type, const char* about) {
        return root_.add_option(name, value, about)->type_name(type);
    };
    add("--output", common_.output, "", "how answers are shown")
        ->check(CLI::IsMember({"table", "json", "jsonl"}).description(""))
        ->type_name("table|json|jsonl");
    add("--columns", common_.columns, "LIST", "what a table shows, with commas: id,person.name");
    add("--url", common_.url, "URL",
        "the gateway (CAMBIST_URL; default: that of the profile, else http://127.0.0.1:8600)");
    add("--profile", common_.profile, "NAME",
        "who asks: NAME for ~/.config/cambist/NAME.json, or a FILE.json (CAMBIST_PROFILE; default: "
        "default)");
    add("--api-key-file", common_.api_key_file, "FILE",
        "ask with the API key in this file (CAMBIST_API_KEY_FILE)");
    add("--cacert", common_.ca_file, "FILE", "trust these authorities for TLS");
    add("--timeout", common_.timeout_seconds, "", "0 waits for ever; 60 when not given")
        ->check(CLI::Range(0, 86400).description(""))
        ->type_name("SECONDS");
    root_.add_flag("--dry-run", common_.dry_run, "show the request and send nothing");
    add("--dsn", common_.dsn, "DSN",
        "PostgreSQL as libpq reads it, for commands straight in the database "
        "(CAMBIST_DATABASE_DSN)");
}

CLI::App& Program::group(std::span<const std::string_view> words) {
    CLI::App* app = &root_;
    for (const auto& word : words) {
        CLI::App* known = child(*app, word);
        if (known == nullptr)
            known = app->add_subcommand(std::string(word), app == &root_ ? about_of(word) : "")
                        ->require_subcommand(1);
        app = known;
    }
    return *app;
}

bool Program::has(std::span<const std::string_view> words) const {
    const CLI::App* app = &root_;
    for (const auto& word : words)
        app = app == nullptr ? nullptr : child(*app, word);
    return app != nullptr;
}

CLI::App& Program::command(CLI::App& parent, const std::string& name, const std::string& about,
                           Action action) {
    CLI::App* added = parent.add_subcommand(name, about);
    added->callback([this, action = std::move(action)] { chosen_ = action; });
    return *added;
}

ExitCode Program::run(std::vector<std::string> words) {
    try {
        if (!std::ranges::all_of(words, is_utf8))
            throw UsageProblem("an argument is no UTF-8");
        words = with_empty_values(words);
        std::ranges::reverse(words);  // as CLI11 reads them
        root_.parse(words);
        return chosen_();
    } catch (const CLI::Success& told) {  // help or version
        root_.exit(told, std::cout, std::cerr);
        return ExitCode::done;
    } catch (const CLI::ExtrasError&) {
        std::string extras;
        for (const auto& word : root_.remaining(true))
            extras += " " + word;
        std::cerr << "cambistctl: not expected:" << printable(extras) << " (--help says more)\n";
        return ExitCode::usage;
    } catch (const CLI::ParseError& wrong) {
        std::cerr << "cambistctl: " << printable(wrong.what()) << " (--help says more)\n";
        return ExitCode::usage;
    } catch (const UsageProblem& wrong) {
        std::cerr << "cambistctl: " << printable(wrong.what()) << '\n';
        return ExitCode::usage;
    }
}

}  // namespace cambist::ctl
