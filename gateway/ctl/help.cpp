#include "gateway/ctl/help.hpp"

#include <algorithm>
#include <vector>

#include "gateway/ctl/program.hpp"
#include "gateway/ctl/terminal.hpp"
#include "gateway/ctl/text.hpp"

namespace cambist::ctl {

namespace {

constexpr std::size_t widest = 100, narrowest = 50, longest_name = 30;

constexpr auto exit_codes =
    "Exit codes: 0 done, 1 refused by a rule, 2 usage, 3 not logged in or not allowed, 4 waits for "
    "approval, 5 gateway unreachable (nothing was done), 6 outcome unknown (it may have been "
    "done), 7 an answer that should never come.";

std::size_t line_width() {
    const std::size_t screen = screen_of_output().width;
    return screen == 0 ? widest : std::clamp(screen, narrowest, widest);
}

std::string paragraph(const std::string& text) {
    return text.empty() ? "" : wrapped(text, 0, line_width()) + "\n";
}

/// "  name      what it is", the second column wrapped.
std::string entry(const std::string& name, const std::string& about) {
    const std::size_t column = longest_name + 4;
    std::string text = "  " + name;
    const std::size_t used = width_of(text);
    text += used + 2 > column ? "\n" + std::string(column, ' ') : std::string(column - used, ' ');
    return text + wrapped(about, column, line_width()) + "\n";
}

/// Words that stand in the way of reading are named in what the option is about.
bool has_many_words(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    return type.contains('|') && type.size() > longest_name;
}

std::string name_of(const CLI::Option& option) {
    if (option.get_positional())
        return option.get_name(true);
    std::string name;
    for (const auto& letter : option.get_snames())
        name += "-" + letter + ",";
    for (const auto& word : option.get_lnames())
        name += "--" + word;
    const bool takes_value = option.get_items_expected_max() > 0;
    if (!takes_value)
        return name;
    return name + " " + (has_many_words(option) ? "WORD" : option.get_type_name());
}

std::string about_option(const CLI::Option& option) {
    std::string text = option.get_description();
    if (!has_many_words(option))
        return text;
    text += text.empty() ? "one of " : "; one of ";
    for (const char c : option.get_type_name())
        text += c == '|' ? std::string(", ") : std::string(1, c);
    return text;
}

std::string section(const std::string& title, const std::vector<const CLI::Option*>& options) {
    std::string text;
    for (const auto* option : options)
        text += entry(name_of(*option), about_option(*option));
    return text.empty() ? "" : "\n" + title + ":\n" + text;
}

std::vector<const CLI::Option*> options_of(const CLI::App& app, const std::string& group,
                                           bool positional) {
    return app.get_options([&](const CLI::Option* option) {
        return option->get_positional() == positional &&
               (positional || option->get_group() == group);
    });
}

const CLI::App& root_of(const CLI::App& app) {
    const CLI::App* root = &app;
    while (root->get_parent() != nullptr)
        root = root->get_parent();
    return *root;
}

std::string path_of(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return parent == nullptr ? app.get_name() : path_of(*parent) + " " + app.get_name();
}

std::string usage_of(const CLI::App& app) {
    std::string text = "Usage: " + path_of(app);
    for (const auto* place : options_of(app, "", true))
        text += " " + place->get_name(true);
    for (const auto* option : options_of(app, needed_group, false))
        text += " " + name_of(*option);
    text += app.get_require_subcommand_min() > 0 ? " COMMAND [OPTION...]" : " [OPTION...]";
    return paragraph(text);
}

/// Those of the command alone: every command has --help.
std::vector<const CLI::Option*> own_options(const CLI::App& app) {
    auto options = options_of(app, options_group, false);
    std::erase(options, app.get_help_ptr());
    return options;
}

}  // namespace

std::string about_of(const CLI::App& app) {
    if (!app.get_description().empty())
        return app.get_description();
    std::string words;
    for (const auto* each : app.get_subcommands({}))
        words += (words.empty() ? "" : ", ") + each->get_name();
    return words;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
    std::string text = paragraph(app->get_description()) + usage_of(*app);
    text += section("Arguments", options_of(*app, "", true));
    text += section(needed_group, options_of(*app, needed_group, false));
    const auto commands =
        app->get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
    if (!commands.empty())
        text += "\nCommands:\n";
    for (const auto* command : commands)
        text += entry(command->get_name(), about_of(*command));
    const bool is_root = app->get_parent() == nullptr;
    if (!is_root)
        text += section("Options", own_options(*app));
    if (is_root || commands.empty())
        text +=
            section("Options of every command", options_of(root_of(*app), options_group, false));
    const std::string last = is_root ? exit_codes : app->get_footer();
    if (!last.empty())
        text += "\n" + paragraph(last);
    return text;
}

}  // namespace cambist::ctl
