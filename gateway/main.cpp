#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>

#include "gateway/app.hpp"
#include "gateway/http/log.hpp"
#include "gateway/settings.hpp"

namespace {

using cambist::gateway::GatewaySettings;

constexpr int cannot_start = 2;

int report(const std::vector<std::string>& problems) {
    for (const auto& problem : problems)
        std::cerr << "cambist-gateway: " << problem << '\n';
    return cannot_start;
}

std::expected<GatewaySettings, std::vector<std::string>> load(const std::string& file) {
    std::ifstream stream(file);
    if (!stream)
        return std::unexpected(std::vector{file + ": cannot be read"});
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const char* dsn = std::getenv("CAMBIST_DATABASE_DSN");
    auto settings = cambist::gateway::read_settings(text, dsn ? dsn : "");
    if (!settings) {
        for (auto& problem : settings.error())
            problem = file + ": " + problem;
        return settings;
    }
    if (auto problems = cambist::gateway::check_secret_files(*settings, file); !problems.empty())
        return std::unexpected(std::move(problems));
    return settings;
}

int serve(const GatewaySettings& settings) {
    using cambist::gateway::LogFormat;
    cambist::gateway::begin_log(settings.log_format == "json" ? LogFormat::json : LogFormat::text,
                                settings.log_level);
    auto keys = cambist::gateway::read_secret_keys(settings);
    if (!keys)
        return report({keys.error()});
    try {
        cambist::gateway::App app(settings, std::move(*keys));
        if (app.run())
            return 0;
        // A request that was cut still waits for the database inside: nothing to unwind for.
        spdlog::warn("stopped with requests cut");
        spdlog::shutdown();
        std::_Exit(0);
    } catch (const std::system_error& error) {
        return report({"cannot listen on " + settings.address + ":" +
                       std::to_string(settings.port) + ": " + error.code().message()});
    } catch (const std::exception& error) {
        return report({error.what()});
    }
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App options("The HTTP API of Cambist.");
    std::string file;
    bool print = false;
    options.add_option("--config", file, "settings file (TOML)");
    options.add_flag("--print-config", print, "print every setting with its documentation");
    CLI11_PARSE(options, count, arguments);
    if (file.empty() && print) {
        std::cout << cambist::gateway::printed({});
        return 0;
    }
    if (file.empty())
        return report({"--config FILE is needed (--print-config shows what it may hold)"});
    const auto settings = load(file);
    if (!settings)
        return report(settings.error());
    if (print) {
        std::cout << cambist::gateway::printed(*settings);
        return 0;
    }
    return serve(*settings);
}
