#include <iostream>
#include <memory>

#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/database/new_key.hpp"
#include "gateway/ctl/database/work.hpp"
#include "gateway/ctl/secret_file.hpp"
#include "office/staff/api_key_store.hpp"
#include "office/staff/permission.hpp"

namespace cambist::ctl {

namespace {

using boost::asio::awaitable;
using office::pg::Pool;

/// What the command line asked for.
struct Asked {
    std::string name, id, file;
    std::vector<std::string> permissions;
};

awaitable<void> create(Pool& pool, const Asked& asked) {
    const auto text = co_await create_key(pool, asked.name, asked.permissions);
    if (asked.file.empty())
        std::cout << text.text() << '\n';
    else
        write_secret(asked.file, text.text());
}

awaitable<void> list(Pool& pool) {
    auto tx = co_await pool.begin();
    for (const auto& listed : co_await office::api_keys::list(tx)) {
        std::cout << listed.key.id << "  " << (listed.key.ended ? "ended" : "valid") << "  "
                  << listed.key.name << "  ";
        for (const auto& permission : listed.key.permissions)
            std::cout << permission << ' ';
        std::cout << '\n';
    }
}

awaitable<void> revoke(Pool& pool, const Asked& asked) {
    auto tx = co_await pool.begin();
    if (!co_await office::api_keys::revoke(tx, asked.id, administrator().name))
        throw NotPossible("no valid key has the id " + asked.id);
    record_key(tx, "api_key_revoked", asked.id);
    co_await tx.commit();
}

std::string check_permission(const std::string& name) {
    if (office::is_for_people_alone(name))
        return name + " is for people alone";
    if (office::is_known_permission(name))
        return "";
    std::string known;
    for (const auto& permission : office::known_permissions())
        known += " " + std::string(permission.name);
    return name + " is not a permission; known are:" + known;
}

}  // namespace

void add_key_commands(Program& program) {
    const auto asked = std::make_shared<Asked>();
    const auto& dsn = program.common().dsn;
    CLI::App& key = program.group("key");
    key.description("API keys, straight in the database");

    CLI::App& add = program.command(key, "create", "make a key and show it once", [asked, &dsn] {
        return work_in_database(dsn, [asked](Pool& pool) { return create(pool, *asked); });
    });
    add.add_option("--name", asked->name, "whose it is")->required();
    add.add_option("--permissions", asked->permissions, "what it may do, with commas")
        ->required()
        ->delimiter(',')
        ->check(check_permission);
    add.add_option("--file", asked->file, "write it there, readable by its owner alone");

    program.command(key, "list", "every key: id, state, permissions",
                    [&dsn] { return work_in_database(dsn, list); });

    CLI::App& end = program.command(key, "revoke", "end a key at once", [asked, &dsn] {
        return work_in_database(dsn, [asked](Pool& pool) { return revoke(pool, *asked); });
    });
    end.add_option("id", asked->id, "16 characters, as `key list` shows them")->required();
}

}  // namespace cambist::ctl
