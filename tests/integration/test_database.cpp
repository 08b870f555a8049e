#include "tests/integration/test_database.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>

namespace cambist::tests {

namespace {

std::map<std::string, std::string> cluster_environment() {
    const char* folder = std::getenv("CAMBIST_TEST_CLUSTER");
    if (!folder)
        throw std::runtime_error(
            "CAMBIST_TEST_CLUSTER is not set; see tests/integration/README.md");
    std::ifstream file(std::string(folder) + "/env");
    std::map<std::string, std::string> values;
    for (std::string line; std::getline(file, line);) {
        const auto equals = line.find('=');
        values[line.substr(0, equals)] = line.substr(equals + 1);
    }
    if (values.empty())
        throw std::runtime_error(std::string("no test cluster runs in ") + folder);
    return values;
}

std::string run_psql(const std::string& dsn, const std::string& sql) {
    std::string command = "psql -X -q -A -t -v ON_ERROR_STOP=1 -d \"" + dsn +
                          "\" <<'END_OF_SQL'\n" + sql + "\nEND_OF_SQL\n";
    FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe)
        throw std::runtime_error("cannot run psql");
    std::string output;
    std::array<char, 4096> part;
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe))
        output.append(part.data(), got);
    if (::pclose(pipe) != 0)
        throw std::runtime_error("psql failed: " + sql);
    while (!output.empty() && output.back() == '\n')
        output.pop_back();
    return output;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
    return text;
}

}  // namespace

TestDatabase::TestDatabase(Content content) {
    static std::atomic<int> number{0};
    const auto environment = cluster_environment();
    admin_dsn_ = environment.at("CAMBIST_TEST_DSN");
    port_ = std::stoi(environment.at("CAMBIST_TEST_PORT"));
    name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
    const std::string from = content == Content::migrated ? environment.at("CAMBIST_TEST_TEMPLATE")
                                                          : std::string("template0");
    run_psql(admin_dsn_, "create database " + name_ + " template " + from);
}

TestDatabase::~TestDatabase() {
    try {
        run_psql(admin_dsn_, "drop database " + name_ + " with (force)");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}

std::string TestDatabase::dsn(const std::string& role) const {
    return replaced(replaced(admin_dsn_, "dbname=postgres", "dbname=" + name_), "user=postgres",
                    "user=" + role);
}

office::pg::ConnectionSettings TestDatabase::settings(const std::string& role) const {
    return {.dsn = dsn(role), .application_name = "cambist-test"};
}

office::pg::ConnectionSettings TestDatabase::settings_through(const std::string& host, int port,
                                                              const std::string& role) const {
    return {.dsn = "host=" + host + " port=" + std::to_string(port) + " user=" + role +
                   " dbname=" + name_ + " sslmode=disable gssencmode=disable",
            .application_name = "cambist-test"};
}

std::string TestDatabase::psql(const std::string& sql) const {
    return run_psql(dsn(), "set search_path = cambist;\n" + sql);
}

}  // namespace cambist::tests
