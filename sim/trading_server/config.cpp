#include "sim/trading_server/config.hpp"

#include <spdlog/fmt/fmt.h>
#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <sstream>
#include <variant>

#include "sim/trading_server/crash_point.hpp"

namespace cambist::sim {

namespace {

struct Range {
    int64_t least = 0;
    int64_t most = std::numeric_limits<int64_t>::max();
};
using Choices = std::vector<std::string>;
using Target = std::variant<int64_t*, bool*, std::string*, std::vector<std::string>*,
                            std::map<std::string, std::string>*>;

/// One key: where it goes, what it may hold, what it means.
struct Key {
    std::string section;
    std::string name;
    Target target;
    std::string doc;
    Range range{};
    Choices choices{};
};

std::vector<Key> server_keys(Config& c) {
    return {
        {"", "seed", &c.seed, "Seed of the quote model; traders_start may bring another."},
        {"server", "id", &c.server.id, "Number of this trading server.", {1, 65'535}},
        {"server", "data_dir", &c.server.data_dir, "Folder of server.db and manager.port."},
        {"server",
         "zone",
         &c.server.zone,
         "Server time: UTC, or EET with its summer time.",
         {},
         {"UTC", "EET"}},
        {"server", "executors", &c.server.executors, "Threads that execute orders.", {1, 64}},
        {"server", "strict", &c.server.strict,
         "Abort when the plugin breaks a rule of threads, instead of answering DEADLOCK."},
        {"server", "crash_at", &c.server.crash_at,
         "Die by SIGKILL at this point, \"point\" or \"point:n\" for its n-th hit."},
        {"margin",
         "check_ms",
         &c.margin.check_ms,
         "Milliseconds between two looks for margin calls and stop-outs.",
         {1, 60'000}},
    };
}

std::vector<Key> plugin_keys(Config& c) {
    return {
        {"plugin", "path", &c.plugin.path, "The plugin's library; empty: none."},
        {"plugin", "required", &c.plugin.required,
         "Trading stays stopped when the plugin does not start."},
        {"plugin",
         "on_error",
         &c.plugin.on_error,
         "What happens when a hook answers an error.",
         {},
         {"deny_new_exposure", "allow"}},
        {"plugin",
         "slow_hook_us",
         &c.plugin.slow_hook_us,
         "Hooks that take longer are counted as slow, microseconds.",
         {1, 1'000'000}},
        {"plugin",
         "stop_timeout_ms",
         &c.plugin.stop_timeout_ms,
         "What the plugin is given to stop, milliseconds.",
         {1, 600'000}},
        {"plugin", "parameters", &c.plugin.parameters,
         "Texts that the plugin may ask for by name."},
    };
}

std::vector<Key> market_keys(Config& c) {
    return {
        {"manager",
         "port",
         &c.manager.port,
         "Manager port on 127.0.0.1; 0: any free one. DATA_DIR/manager.port says which.",
         {0, 65'535}},
        {"manager", "max_clients", &c.manager.max_clients, "Connections at a time.", {1, 4'096}},
        {"manager", "max_line", &c.manager.max_line, "Longest request, bytes.", {256, 16'777'216}},
        {"quotes", "files", &c.quotes.files,
         "Files or folders of ticks: time_ms,bid,ask; .csv or .csv.gz; SYMBOL-anything.csv."},
        {"quotes", "model", &c.quotes.model, "Symbols without a file follow a seeded random walk."},
        {"quotes",
         "model_ticks_per_second",
         &c.quotes.model_ticks_per_second,
         "Ticks of the walk a second and symbol.",
         {1, 100'000}},
        {"quotes",
         "seconds",
         &c.quotes.seconds,
         "Start at once and play the files in so many seconds; 0: wait for quotes_start.",
         {0, 864'000}},
        {"population",
         "accounts",
         &c.population.accounts,
         "Accounts made at the first start, spread over the groups.",
         {0, 5'000'000}},
        {"population",
         "first_login",
         &c.population.first_login,
         "Login of the first of them.",
         {1}},
        {"population",
         "opening_balance",
         &c.population.opening_balance,
         "What each has at first, US dollars' worth in its currency.",
         {0, 1'000'000'000}},
        {"population",
         "orders_per_second",
         &c.population.orders_per_second,
         "Start trading at once with so many orders a second; 0: wait for traders_start.",
         {0, 100'000}},
    };
}

std::vector<Key> keys_of(Config& config) {
    std::vector<Key> keys = server_keys(config);
    for (auto& more : {plugin_keys(config), market_keys(config)})
        keys.insert(keys.end(), more.begin(), more.end());
    return keys;
}

/// Takes one value into its place. @return what is wrong with it, or nothing
std::string take_integer(const Key& key, const toml::node& node, int64_t* target) {
    const auto value = node.value_exact<int64_t>();
    if (!value)
        return "must be a whole number";
    if (*value < key.range.least || *value > key.range.most)
        return fmt::format("must be from {} to {}", key.range.least, key.range.most);
    *target = *value;
    return {};
}

std::string take_text(const Key& key, const toml::node& node, std::string* target) {
    const auto value = node.value_exact<std::string>();
    if (!value)
        return "must be a text";
    if (!key.choices.empty() && std::ranges::find(key.choices, *value) == key.choices.end())
        return fmt::format("must be one of {}", fmt::join(key.choices, ", "));
    *target = *value;
    return {};
}

std::string take_list(const toml::node& node, std::vector<std::string>* target) {
    const toml::array* list = node.as_array();
    if (!list)
        return "must be a list of texts";
    for (const toml::node& each : *list) {
        const auto value = each.value_exact<std::string>();
        if (!value)
            return "must be a list of texts";
        target->push_back(*value);
    }
    return {};
}

std::string take_texts(const toml::node& node, std::map<std::string, std::string>* target) {
    const toml::table* table = node.as_table();
    if (!table)
        return "must be a table of texts";
    for (const auto& [name, each] : *table) {
        const auto value = each.value_exact<std::string>();
        if (!value)
            return fmt::format("{} must be a text", name.str());
        (*target)[std::string(name.str())] = *value;
    }
    return {};
}

std::string take(const Key& key, const toml::node& node) {
    if (auto* const* number = std::get_if<int64_t*>(&key.target))
        return take_integer(key, node, *number);
    if (auto* const* text = std::get_if<std::string*>(&key.target))
        return take_text(key, node, *text);
    if (auto* const* list = std::get_if<std::vector<std::string>*>(&key.target))
        return take_list(node, *list);
    if (auto* const* texts = std::get_if<std::map<std::string, std::string>*>(&key.target))
        return take_texts(node, *texts);
    const auto value = node.value_exact<bool>();
    if (!value)
        return "must be true or false";
    *std::get<bool*>(key.target) = *value;
    return {};
}

const Key* key_named(const std::vector<Key>& keys, const std::string& section,
                     std::string_view name) {
    const auto found = std::ranges::find_if(
        keys, [&](const Key& key) { return key.section == section && key.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

void read_table(const std::vector<Key>& keys, const std::string& section, const toml::table& table,
                std::vector<std::string>& problems) {
    for (const auto& [name, node] : table) {
        const std::string full =
            section.empty() ? std::string(name.str()) : section + "." + std::string(name.str());
        const bool is_section =
            section.empty() && node.is_table() &&
            std::ranges::any_of(keys, [&](const Key& key) { return key.section == name.str(); });
        if (is_section) {
            read_table(keys, std::string(name.str()), *node.as_table(), problems);
            continue;
        }
        const Key* key = key_named(keys, section, name.str());
        const std::string wrong = key ? take(*key, node) : "is not a known key";
        if (!wrong.empty())
            problems.push_back(fmt::format("{}: {}", full, wrong));
    }
}

std::string shown(const Target& target) {
    if (auto* const* number = std::get_if<int64_t*>(&target))
        return fmt::to_string(**number);
    if (auto* const* flag = std::get_if<bool*>(&target))
        return **flag ? "true" : "false";
    if (auto* const* text = std::get_if<std::string*>(&target))
        return "\"" + **text + "\"";
    return std::holds_alternative<std::vector<std::string>*>(target) ? "[]" : "{}";
}

}  // namespace

Config read_config(const std::string& file) {
    Config config;
    const std::vector<Key> keys = keys_of(config);
    std::vector<std::string> problems;
    try {
        read_table(keys, "", toml::parse_file(file), problems);
    } catch (const toml::parse_error& error) {
        throw ConfigInvalid(
            fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
    }
    if (!arm_crash_point(config.server.crash_at))
        problems.push_back(fmt::format("server.crash_at: must be \"point\" or \"point:n\" of {}",
                                       fmt::join(kCrashPoints, ", ")));
    if (problems.empty())
        return config;
    std::string all;
    for (const std::string& problem : problems)
        all += (all.empty() ? "" : "\n") + file + ": " + problem;
    throw ConfigInvalid(all);
}

std::string documented_config() {
    Config config;
    std::ostringstream out;
    std::string section;
    for (const Key& key : keys_of(config)) {
        if (key.section != section) {
            section = key.section;
            out << "\n[" << section << "]\n";
        }
        out << "# " << key.doc << "\n" << key.name << " = " << shown(key.target) << "\n";
    }
    return out.str();
}

}  // namespace cambist::sim
