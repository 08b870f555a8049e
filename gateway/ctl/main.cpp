#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "gateway/ctl/arguments.hpp"
#include "gateway/ctl/completion.hpp"
#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/program.hpp"
#include "gateway/ctl/routes.hpp"
#include "gateway/ctl/session.hpp"

int main(int count, char** arguments) {
    using namespace cambist::ctl;
    try {
        Program program;
        add_session_commands(program);
        add_route_commands(program);
        add_database_commands(program);
        add_routes_command(program);
        add_completion_commands(program);
        const std::vector<std::string> words(arguments + std::min(count, 1), arguments + count);
        const bool completes = !words.empty() && words.front() == complete_word;
        const ExitCode code =
            completes ? answer_shell(program, std::span(words).subspan(1)) : program.run(words);
        if (!std::cout.flush())
            throw std::runtime_error("the standard output cannot be written to");
        return static_cast<int>(code);
    } catch (const std::exception& error) {
        std::cerr << "cambistctl: " << error.what() << '\n';
        return static_cast<int>(ExitCode::broken);
    }
}
