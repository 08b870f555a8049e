#pragma once

#include "gateway/ctl/program.hpp"

namespace cambist::ctl {

/// Every group of commands that works straight in the database.
void add_database_commands(Program& program);

void add_audit_commands(Program& program);
void add_key_commands(Program& program);
void add_demo_keys_command(Program& program);
void add_secret_key_command(Program& program);
void add_staff_commands(Program& program);
void add_demo_staff_command(Program& program);

}  // namespace cambist::ctl
