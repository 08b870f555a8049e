// cambist-sim: a trading server that loads the plugin.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "plugin/abi/trading_server.h"
#include "sim/trading_server/config.hpp"
#include "sim/trading_server/crash_point.hpp"
#include "sim/trading_server/manager_port.hpp"
#include "sim/trading_server/server.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace {

constexpr int kBadConfig = 2;
constexpr int kFailed = 1;
constexpr int kBroken = 4;

/// A broken store leaves nothing to go on with: say so and end at once.
[[noreturn]] void end_broken() {
    try {
        std::rethrow_exception(std::current_exception());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cambist-sim: %s\n", error.what());
    } catch (...) {
        std::fputs("cambist-sim: ended by an unknown failure\n", stderr);
    }
    std::_Exit(kBroken);
}

/// Written beside the store, so that whoever started us on port 0 finds us; complete or absent.
void write_port(const std::string& directory, uint16_t port) {
    const std::string file = directory + "/manager.port";
    {
        std::ofstream out(file + ".new");
        out << port << "\n";
    }
    std::filesystem::rename(file + ".new", file);
}

void run(const cambist::sim::Config& config) {
    std::filesystem::remove(config.server.data_dir + "/manager.port");
    cambist::sim::Server server(config);
    server.start();
    {
        const cambist::sim::ManagerPort port(server);
        write_port(config.server.data_dir, port.port());
        spdlog::info("server {} with {} accounts listens on 127.0.0.1:{}", config.server.id,
                     server.book.size(), port.port());
        server.run_control();
    }
    server.stop();
    spdlog::info("server {} stopped", config.server.id);
}

}  // namespace

int main(int argc, char** argv) {
    std::set_terminate(end_broken);
    CLI::App app{"A simulated trading server that loads a plugin"};
    std::string config_file;
    bool print_config = false;
    app.add_option("--config", config_file, "Settings, TOML");
    app.add_flag("--print-config", print_config, "Print every key with its documentation");
    CLI11_PARSE(app, argc, argv);
    if (print_config) {
        std::cout << cambist::sim::documented_config();
        return 0;
    }
    spdlog::set_default_logger(spdlog::stderr_color_mt("sim"));
    cambist::sim::mark_host_thread(CTSP_THREAD_CONTROL);
    try {
        const auto config =
            config_file.empty() ? cambist::sim::Config{} : cambist::sim::read_config(config_file);
        if (const char* point = std::getenv("CAMBIST_SIM_CRASH_AT"))
            if (!cambist::sim::arm_crash_point(point))
                throw cambist::sim::ConfigInvalid("CAMBIST_SIM_CRASH_AT names no known point");
        run(config);
    } catch (const cambist::sim::ConfigInvalid& invalid) {
        std::cerr << invalid.what() << "\n";
        return kBadConfig;
    } catch (const cambist::sim::QuotesInvalid& invalid) {
        std::cerr << invalid.what() << "\n";
        return kBadConfig;
    } catch (const std::exception& error) {
        std::cerr << "cambist-sim: " << error.what() << "\n";
        return kFailed;
    }
    return 0;
}
