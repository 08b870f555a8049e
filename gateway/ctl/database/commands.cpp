#include "gateway/ctl/database/commands.hpp"

namespace cambist::ctl {

void add_database_commands(Program& program) {
    for (const auto add : {add_audit_commands, add_key_commands, add_demo_keys_command,
                           add_secret_key_command, add_staff_commands, add_demo_staff_command})
        add(program);
}

}  // namespace cambist::ctl
