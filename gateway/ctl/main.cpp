#include <iostream>
#include <string>
#include <vector>

#include "gateway/ctl/arguments.hpp"
#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/program.hpp"
#include "gateway/ctl/session.hpp"

int main(int count, char** arguments) {
    using namespace cambist::ctl;
    try {
        Program program;
        add_session_commands(program);
        add_route_commands(program);
        add_database_commands(program);
        const ExitCode code = program.run({arguments + 1, arguments + count});
        if (!std::cout.flush())
            throw std::runtime_error("the standard output cannot be written to");
        return static_cast<int>(code);
    } catch (const std::exception& error) {
        std::cerr << "cambistctl: " << error.what() << '\n';
        return static_cast<int>(ExitCode::broken);
    }
}
