#include <iostream>
#include <string>
#include <vector>

#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/program.hpp"

int main(int count, char** arguments) {
    using namespace cambist::ctl;
    try {
        Program program;
        add_database_commands(program);
        return static_cast<int>(program.run({arguments + 1, arguments + count}));
    } catch (const std::exception& error) {
        std::cerr << "cambistctl: " << error.what() << '\n';
        return static_cast<int>(ExitCode::broken);
    }
}
