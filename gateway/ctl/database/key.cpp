#include <iostream>
#include <memory>

#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/database/new_key.hpp"
#include "gateway/ctl/database/work.hpp"
#include "gateway/ctl/secret_file.hpp"
#include "office/staff/api_key_store.hpp"

namespace cambist::ctl {

namespace {

using boost::asio::awaitable;
using office::pg::Pool;

/// What the command line asked for.
struct Asked {
    std::string name, id, file;
    std::vector<std::string> scopes;
    bool may_widen = false;
};

awaitable<void> create(Pool& pool, const Asked& asked) {
    const auto text = co_await create_key(pool, asked.name, asked.scopes, !asked.may_widen);
    if (asked.file.empty())
        std::cout << text.text() << '\n';
    else
        write_secret(asked.file, text.text());
}

awaitable<void> list(Pool& pool) {
    auto tx = co_await pool.begin();
    for (const auto& listed : co_await office::api_keys::list(tx)) {
        std::cout << listed.key.id << "  " << (listed.key.revoked ? "revoked" : "valid  ") << "  "
                  << (listed.key.narrow_only ? "narrows" : "widens ") << "  " << listed.key.name
                  << "  ";
        for (const auto& scope : listed.key.scopes)
            std::cout << scope << ' ';
        std::cout << '\n';
    }
}

awaitable<void> revoke(Pool& pool, const Asked& asked) {
    auto tx = co_await pool.begin();
    if (!co_await office::api_keys::revoke(tx, asked.id))
        throw NotPossible("no valid key has the id " + asked.id);
    record_key(tx, "api_key_revoked", asked.id);
    co_await tx.commit();
}

std::string check_scope(const std::string& name) {
    if (office::is_known_scope(name))
        return "";
    std::string known;
    for (const auto& scope : office::known_scopes())
        known += " " + std::string(scope.name);
    return name + " is not a scope; known are:" + known;
}

}  // namespace

void add_key_commands(Program& program) {
    const auto asked = std::make_shared<Asked>();
    const auto& dsn = program.common().dsn;
    CLI::App& key = program.group("key", "API keys, straight in the database");

    CLI::App& add = program.command(key, "create", "make a key and show it once", [asked, &dsn] {
        return work_in_database(dsn, [asked](Pool& pool) { return create(pool, *asked); });
    });
    add.add_option("--name", asked->name, "whose it is")->required();
    add.add_option("--scopes", asked->scopes, "what it may do, with commas")
        ->required()
        ->delimiter(',')
        ->check(check_scope);
    add.add_flag("--may-widen", asked->may_widen,
                 "it may also give rights, as far as its scopes go; others only take them");
    add.add_option("--file", asked->file, "write it there, readable by its owner alone");

    program.command(key, "list", "every key: id, state, scopes",
                    [&dsn] { return work_in_database(dsn, list); });

    CLI::App& end = program.command(key, "revoke", "end a key at once", [asked, &dsn] {
        return work_in_database(dsn, [asked](Pool& pool) { return revoke(pool, *asked); });
    });
    end.add_option("id", asked->id, "16 characters, as `key list` shows them")->required();
}

}  // namespace cambist::ctl
