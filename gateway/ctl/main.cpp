#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>

#include "office/audit/audit_store.hpp"
#include "office/pg/pool.hpp"
#include "office/staff/api_key_store.hpp"

namespace {

namespace asio = boost::asio;
namespace office = cambist::office;
using asio::awaitable;
using office::pg::Pool;
using office::pg::Transaction;

constexpr int failed = 1;

/// What the command line asked for.
struct Asked {
    std::string dsn, name, id, file, folder;
    std::vector<std::string> scopes;
    bool may_widen = false;
};

office::Actor administrator() {
    return {.name = "system:cambist-ctl",
            .scopes = {},
            .narrow_only = false,
            .request_id = "",
            .address = ""};
}

void record(Transaction& tx, const char* action, const std::string& id) {
    const office::Change change{
        .action = action, .subject = "api_key:" + id, .before = "", .after = "", .reason = ""};
    office::audit::append(tx, administrator(), change);
}

/// Readable by its owner alone from its first byte on; an old file of that name is replaced.
void write_secret(const std::string& file, const std::string& text) {
    const std::string fresh = file + ".new";
    unlink(fresh.c_str());
    const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const std::string line = text + "\n";
    const bool written =
        descriptor >= 0 &&
        write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
        fsync(descriptor) == 0;
    const int problem = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (!written || rename(fresh.c_str(), file.c_str()) != 0)
        throw std::runtime_error(file + ": " + std::strerror(written ? errno : problem));
}

awaitable<office::KeyText> create(Pool& pool, std::string name, std::vector<std::string> scopes,
                                  bool narrow_only) {
    const auto text = office::KeyText::random();
    office::ApiKey key;
    key.id = text.id;
    key.name = std::move(name);
    key.hash = office::hash_of(text);
    key.scopes = std::move(scopes);
    key.narrow_only = narrow_only;
    auto tx = co_await pool.begin();
    co_await office::api_keys::insert(tx, key);
    record(tx, "api_key_created", key.id);
    co_await tx.commit();
    co_return text;
}

awaitable<void> create_key(Pool& pool, Asked asked) {
    const auto text = co_await create(pool, asked.name, asked.scopes, !asked.may_widen);
    if (asked.file.empty())
        std::cout << text.text() << '\n';
    else
        write_secret(asked.file, text.text());
}

awaitable<void> list_keys(Pool& pool, Asked) {
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

awaitable<void> revoke_key(Pool& pool, Asked asked) {
    auto tx = co_await pool.begin();
    if (!co_await office::api_keys::revoke(tx, asked.id))
        throw std::runtime_error("no valid key has the id " + asked.id);
    record(tx, "api_key_revoked", asked.id);
    co_await tx.commit();
}

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

awaitable<void> make_demo_keys(Pool& pool, Asked asked) {
    std::vector<std::string> every;
    for (const auto& scope : office::known_scopes())
        every.emplace_back(scope.name);
    const std::vector<std::string> narrow{"read", "status"};
    for (const bool may_widen : {true, false}) {
        const std::string name = may_widen ? "demo" : "backoffice";
        const std::string file = asked.folder + "/" + name + ".key";
        if (co_await works(pool, file))
            continue;
        const auto text = co_await create(pool, name, may_widen ? every : narrow, !may_widen);
        write_secret(file, text.text());
        std::cout << file << '\n';
    }
}

using Task = awaitable<void> (*)(Pool&, Asked);

int run(Task task, const Asked& asked) {
    try {
        asio::io_context context{1};
        office::pg::PoolSettings settings;
        settings.connection.dsn = asked.dsn;
        settings.connection.application_name = "cambist-ctl";
        settings.connections = 1;
        Pool pool(settings);
        asio::co_spawn(context, task(pool, asked), [](std::exception_ptr broken) {
            if (broken)
                std::rethrow_exception(broken);
        });
        context.run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "cambist-ctl: " << error.what() << '\n';
        return failed;
    }
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

int main(int count, char** arguments) {
    CLI::App options("API keys of Cambist, straight in its database.");
    Asked asked;
    Task task = nullptr;
    options.add_option("--dsn", asked.dsn, "PostgreSQL, as libpq reads it")
        ->envname("CAMBIST_DATABASE_DSN")
        ->required();
    options.require_subcommand(1);

    auto* key = options.add_subcommand("key", "API keys")->require_subcommand(1);
    auto* add = key->add_subcommand("create", "make a key and show it once");
    add->add_option("--name", asked.name, "whose it is")->required();
    add->add_option("--scopes", asked.scopes, "what it may do, with commas")
        ->required()
        ->delimiter(',')
        ->check(check_scope);
    add->add_flag("--may-widen", asked.may_widen,
                  "it may also give rights, as far as its scopes go; others only take them");
    add->add_option("--file", asked.file, "write it there, readable by its owner alone");
    add->callback([&] { task = create_key; });
    auto* list = key->add_subcommand("list", "every key: id, state, scopes");
    list->callback([&] { task = list_keys; });
    auto* revoke = key->add_subcommand("revoke", "end a key at once");
    revoke->add_option("id", asked.id, "16 characters, as `key list` shows them")->required();
    revoke->callback([&] { task = revoke_key; });

    auto* demo = options.add_subcommand("demo-keys", "the keys of a demo installation");
    demo->add_option("folder", asked.folder, "where demo.key and backoffice.key are kept")
        ->required();
    demo->callback([&] { task = make_demo_keys; });

    CLI11_PARSE(options, count, arguments);
    return run(task, asked);
}
