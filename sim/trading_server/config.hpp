// The settings of the trading server, with their defaults and their documentation.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace cambist::sim {

struct Config {
    int64_t seed = 1;
    struct Server {
        int64_t id = 1;
        std::string data_dir = "sim-data";
        std::string zone = "UTC";
        int64_t executors = 2;
        bool strict = true;
        std::string crash_at;
    } server;
    struct Plugin {
        std::string path;
        bool required = true;
        std::string on_error = "deny_new_exposure";
        int64_t slow_hook_us = 5;
        int64_t stop_timeout_ms = 10'000;
        std::map<std::string, std::string> parameters;
    } plugin;
    struct Managers {
        int64_t port = 0;
        int64_t max_clients = 64;
        int64_t max_line = 65'536;
    } manager;
    struct Quotes {
        std::vector<std::string> files;
        bool model = true;
        int64_t model_ticks_per_second = 20;
        int64_t seconds = 0;
    } quotes;
    struct Population {
        int64_t accounts = 0;
        int64_t first_login = 100'000;
        int64_t opening_balance = 10'000;
        int64_t orders_per_second = 0;
    } population;
    struct Margin {
        int64_t check_ms = 500;
    } margin;
};

/// All problems of a settings file, one a line.
struct ConfigInvalid : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads a TOML file; throws ConfigInvalid with every problem at once.
Config read_config(const std::string& file);

/// Every key with its default and its documentation, as a TOML file.
std::string documented_config();

}  // namespace cambist::sim
