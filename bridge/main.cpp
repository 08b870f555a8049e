// cambist-bridge --config FILE: takes trading servers' facts to PostgreSQL and the office's orders
// to them.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "bridge/app.hpp"
#include "bridge/settings.hpp"
#include "bridge/system_clock.hpp"

namespace {

namespace bridge = cambist::bridge;

void set_up_log(const bridge::Settings& settings) {
    spdlog::set_default_logger(spdlog::stderr_color_mt(settings.name));
    spdlog::set_level(spdlog::level::from_str(settings.log_level));
    if (settings.log_format == "json")
        spdlog::set_pattern(
            R"({"at":"%Y-%m-%dT%H:%M:%S.%f%z","level":"%l","who":"%n","text":"%v"})");
}

/// libzmq ends the process when descriptors run out: take all that are allowed.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(bridge::Settings settings) {
    bridge::check_libzmq();
    raise_descriptor_limit();
    set_up_log(settings);
    boost::asio::io_context context(1);
    const bridge::SystemClock clock;
    const std::string endpoint = settings.endpoint;
    bridge::App app(context, clock, std::move(settings));
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code failed, int) {
        if (!failed)
            app.stop();
    });
    std::exception_ptr failure;
    boost::asio::co_spawn(context, app.join(), [&](std::exception_ptr error) {
        failure = error;
        signals.cancel();
    });
    app.start();
    spdlog::info("listening on {}", endpoint);
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    spdlog::info("stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App options("The bridge between trading servers and the office's database");
    std::string file;
    bool print = false;
    options.add_option("--config", file, "settings file (TOML)");
    options.add_flag("--print-config", print, "print every key with its meaning");
    try {
        options.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return options.exit(error) == 0 ? 0 : 2;
    }
    if (print) {
        const auto text = bridge::documented_settings();
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    if (file.empty()) {
        std::fprintf(stderr, "cambist-bridge: --config FILE is needed\n");
        return 2;
    }
    auto settings = bridge::read_settings(file);
    if (!settings) {
        for (const std::string& problem : settings.error())
            std::fprintf(stderr, "cambist-bridge: %s\n", problem.c_str());
        return 2;
    }
    try {
        return run(std::move(*settings));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cambist-bridge: %s\n", error.what());
        return 1;
    }
}
