#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "office/migrations/migration.hpp"
#include "office/pg/error.hpp"

namespace {

using Passwords = std::map<std::string, std::string>;

constexpr const char* roles[] = {"cambist_bridge", "cambist_gateway", "cambist_reports"};

/// CAMBIST_BRIDGE_PASSWORD and so on.
void read_environment(Passwords& passwords) {
    for (const std::string role : roles) {
        std::string name = role + "_PASSWORD";
        for (char& letter : name)
            letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
        if (const char* value = std::getenv(name.c_str()))
            passwords[role] = value;
    }
}

/// Lines `role = password`; empty lines and those with # in front are skipped.
void read_file(const std::string& path, Passwords& passwords) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0)
        throw std::runtime_error("cannot read " + path);
    if ((facts.st_mode & 077) != 0)
        throw std::runtime_error(path + " can be read by others; make it mode 0600");
    std::ifstream file(path);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line[0] == '#')
            continue;
        const auto equals = line.find(" = ");
        const std::string role = line.substr(0, equals);
        if (equals == std::string::npos ||
            std::find(roles, std::end(roles), role) == std::end(roles))
            throw std::runtime_error(path + ":" + std::to_string(number) +
                                     ": expected `cambist_bridge|_gateway|_reports = password`");
        passwords[role] = line.substr(equals + 3);
    }
}

int run(const std::string& dsn, Passwords passwords) {
    namespace asio = boost::asio;
    namespace pg = cambist::office::pg;
    using cambist::office::embedded_migrations;
    using cambist::office::migrate;
    using cambist::office::Migrated;
    asio::io_context context;
    pg::ConnectionSettings settings{.dsn = dsn, .application_name = "cambist-migrate"};
    Migrated outcome;
    std::exception_ptr failure;
    asio::co_spawn(context, migrate(settings, embedded_migrations(), std::move(passwords)),
                   [&](std::exception_ptr error, Migrated migrated) {
                       failure = error;
                       outcome = migrated;
                   });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    std::printf("schema version %d, %d applied now\n", outcome.version, outcome.applied);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Brings a PostgreSQL database to this version's schema; safe to repeat and to kill.");
    std::string dsn, password_file;
    app.add_option("--dsn", dsn, "libpq connection string of a role that may create roles")
        ->required();
    app.add_option("--passwords", password_file,
                   "file (mode 0600) of lines `role = password`; or CAMBIST_BRIDGE_PASSWORD, "
                   "CAMBIST_GATEWAY_PASSWORD, CAMBIST_REPORTS_PASSWORD in the environment");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        Passwords passwords;
        read_environment(passwords);
        if (!password_file.empty())
            read_file(password_file, passwords);
        return run(dsn, std::move(passwords));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cambist-migrate: %s\n", error.what());
        return 1;
    }
}
