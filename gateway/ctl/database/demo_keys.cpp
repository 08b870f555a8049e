#include <fstream>
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

/// Does the file hold a key that this database knows?
awaitable<bool> works(Pool& pool, std::string file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    const auto text = office::KeyText::from(line);
    if (!text)
        co_return false;
    auto tx = co_await pool.begin();
    co_return office::opens(*text, co_await office::api_keys::find(tx, text->id));
}

awaitable<void> make_demo_keys(Pool& pool, const std::string& folder) {
    std::vector<std::string> every;
    for (const auto& permission : office::known_permissions())
        if (!office::is_for_people_alone(permission.name))
            every.emplace_back(permission.name);
    const std::vector<std::string> status{
        "server.read",          "server.stop_money",  "client.read",       "client.change_status",
        "client.set_cap",       "account.read",       "account.set_state", "account.set_cap",
        "account.set_leverage", "account.disconnect", "hold.read",         "hold.place"};
    for (const bool all : {true, false}) {
        const std::string name = all ? "demo" : "backoffice";
        const std::string file = folder + "/" + name + ".key";
        if (co_await works(pool, file))
            continue;
        const auto text = co_await create_key(pool, name, all ? every : status);
        write_secret(file, text.text());
        std::cout << file << '\n';
    }
}

}  // namespace

void add_demo_keys_command(Program& program) {
    const auto folder = std::make_shared<std::string>();
    const auto& dsn = program.common().dsn;
    CLI::App& demo = program.command(
        program.root(), "demo-keys", "the keys of a demo installation, straight in the database",
        [folder, &dsn] {
            return work_in_database(dsn,
                                    [folder](Pool& pool) { return make_demo_keys(pool, *folder); });
        });
    demo.add_option("folder", *folder, "where demo.key and backoffice.key are kept")->required();
}

}  // namespace cambist::ctl
