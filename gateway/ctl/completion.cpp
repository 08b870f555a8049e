#include "gateway/ctl/completion.hpp"

#include <algorithm>
#include <iostream>

#include "gateway/ctl/help.hpp"

namespace cambist::ctl {

namespace {

constexpr auto bash_script = R"(# cambistctl for bash:  source <(cambistctl completion bash)
_cambistctl() {
    local word about
    COMPREPLY=()
    while IFS=$'\t' read -r word about; do
        if [[ $word == :files ]]; then
            compopt -o default
            COMPREPLY=()
            return
        fi
        COMPREPLY+=("$word")
    done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _cambistctl cambistctl
)";

constexpr auto zsh_script = R"(#compdef cambistctl
# cambistctl for zsh:  source <(cambistctl completion zsh)
_cambistctl() {
    local line program=${(Q)words[1]/#\~/$HOME}
    local -a found
    for line in "${(@f)$($program __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ $line == :files ]]; then
            _files
            return
        fi
        [[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    _describe cambistctl found
}
if [[ $funcstack[1] == _cambistctl ]]; then
    _cambistctl "$@"
else
    compdef _cambistctl cambistctl
fi
)";

constexpr auto fish_script = R"(# cambistctl for fish:  cambistctl completion fish | source
function __cambistctl_complete
    set -l words (commandline -opc)
    set -l found ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)
    if contains -- :files $found
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c cambistctl -f -a '(__cambistctl_complete)'
)";

const CLI::Option* option_named(const CLI::App& app, const std::string& name) {
    for (const CLI::App* at = &app; at != nullptr; at = at->get_parent())
        for (const CLI::Option* option : at->get_options())
            if (option->check_name(name))
                return option;
    return nullptr;
}

const CLI::App* child(const CLI::App& app, const std::string& name) {
    for (const CLI::App* each : app.get_subcommands({}))
        if (each->get_name() == name)
            return each;
    return nullptr;
}

/// Where the words before the one in question lead.
struct Where {
    const CLI::App* app;
    const CLI::Option* open = nullptr;  ///< the option whose value comes next

    void step(const std::string& word) {
        if (word == "=")  // bash parts `--name=value` there
            return;
        if (open != nullptr) {
            open = nullptr;
            return;
        }
        if (word.starts_with("-")) {
            const auto* option = option_named(*app, word);
            const bool takes_value = option != nullptr && option->get_items_expected_max() > 0;
            open = takes_value ? option : nullptr;
        } else if (const auto* next = child(*app, word)) {
            app = next;
        }
    }
};

class Collector {
  public:
    explicit Collector(const std::string& start) : start_(start) {}

    void add(const std::string& word, const std::string& about) {
        if (word.starts_with(start_))
            found_.candidates.push_back({word, about});
    }

    void add_values(const CLI::Option& option) {
        const std::string type = option.get_type_name();
        found_.files = type == "FILE";
        for (std::size_t begin = 0; type.contains('|') && begin <= type.size();) {
            const auto end = std::min(type.find('|', begin), type.size());
            add(type.substr(begin, end - begin), "");
            begin = end + 1;
        }
    }

    void add_options(const CLI::App& app) {
        for (const CLI::Option* option : app.get_options())
            for (const auto& name : option->get_lnames())
                add("--" + name, option->get_description());
    }

    Completion take() { return std::move(found_); }

  private:
    const std::string& start_;
    Completion found_;
};

void add_script(Program& program, const std::string& shell, const char* script,
                const std::string& how) {
    const std::string_view group = "completion";
    program.command(program.group(group), shell, how, [script] {
        std::cout << script;
        return ExitCode::done;
    });
}

}  // namespace

Completion completion_of(const CLI::App& root, std::span<const std::string> words) {
    if (words.empty())
        return {};
    Where where{.app = &root};
    for (const auto& word : words.first(words.size() - 1))
        where.step(word);
    const std::string current = words.back() == "=" ? "" : words.back();
    Collector collector(current);
    if (where.open != nullptr) {
        collector.add_values(*where.open);
        return collector.take();
    }
    const auto commands = where.app->get_subcommands({});
    for (const CLI::App* command : commands)
        collector.add(command->get_name(), about_of(*command));
    if (commands.empty() || current.starts_with("-"))
        collector.add_options(*where.app);
    if (current.starts_with("-") && where.app != &root)
        collector.add_options(root);
    return collector.take();
}

ExitCode answer_shell(Program& program, std::span<const std::string> words) {
    const Completion completion = completion_of(program.root(), words);
    if (completion.files)
        std::cout << ":files\n";
    for (const auto& [word, about] : completion.candidates)
        std::cout << word << '\t' << about << '\n';
    return ExitCode::done;
}

void add_completion_commands(Program& program) {
    const std::string_view name = "completion";
    program.group(name).description("what lets a shell complete commands, options and words");
    add_script(program, "bash", bash_script, "source <(cambistctl completion bash)");
    add_script(program, "zsh", zsh_script, "source <(cambistctl completion zsh)");
    add_script(program, "fish", fish_script, "cambistctl completion fish | source");
}

}  // namespace cambist::ctl
