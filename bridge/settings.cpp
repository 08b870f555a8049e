#include "bridge/settings.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <sstream>

#include "bridge/keys/seal_key.hpp"

namespace cambist::bridge {

namespace {

using Problems = std::vector<std::string>;

constexpr std::string_view documentation =
    R"(# The bridge between trading servers and the office's database.

# Names this bridge in leases; two bridges must not share a name.
name = "bridge-1"
# How long a server stays ours after the last renewal, 2 to 300 seconds.
lease_seconds = 10

[database]
# libpq's connection string; the role is cambist_bridge. Passwords belong into a passfile.
dsn = "host=/var/run/postgresql dbname=cambist user=cambist_bridge"

[link]
# Where plugins connect to.
endpoint = "tcp://127.0.0.1:8601"
# This bridge's secret, made by cambist-keys; nobody else may read the file.
key_file = "/var/lib/cambist/keys/bridge.key"
# Events that a plugin may send ahead of their commit, 1,024 to 1,048,576.
credit_events = 32768

# One table a trading server.
[[server]]
id = 1
# Public keys of its plugin: one, or two while they are rotated.
public_keys = ["/var/lib/cambist/keys/server-1.pub"]

[metrics]
# Port of /metrics, /livez and /readyz on 127.0.0.1; 0: none.
port = 8602

[rescan]
# Pages of 512 accounts or 1,024 deals that are compared in a second, 1 to 1,000.
pages_a_second = 10
# Between the end of a cycle and the next, 0 to 86,400.
pause_seconds = 60

# Without this table the audit is not sealed.
[audit]
# Signs the audit's seals, made by cambist-keys --seal; nobody else may read the file.
seal_key_file = "/var/lib/cambist/keys/seal.key"
# Existing folders outside PostgreSQL, best on other machines: every seal is added to each of them.
anchor_folders = ["/var/lib/cambist/anchors"]

[log]
# text or json.
format = "text"
# debug, info, warning or error.
level = "info"
)";

/// One table of the file: takes known keys and names the others.
class Section {
  public:
    Section(const toml::table* table, std::string name, Problems& problems)
        : table_(table), name_(std::move(name)), problems_(problems) {}

    void text(std::string_view key, std::string& value, bool required = false) {
        const toml::node* node = find(key, required);
        if (!node)
            return;
        const auto found = node->value_exact<std::string>();
        if (!found || (required && found->empty()))
            return problem(key, "must be a text that is not empty");
        value = *found;
    }
    void number(std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most,
                bool required = false) {
        const toml::node* node = find(key, required);
        if (!node)
            return;
        const auto found = node->value_exact<std::int64_t>();
        if (!found || *found < least || *found > most)
            return problem(key, "must be a whole number from " + std::to_string(least) + " to " +
                                    std::to_string(most));
        value = *found;
    }
    void choice(std::string_view key, std::string& value,
                std::initializer_list<std::string_view> allowed) {
        text(key, value);
        if (std::ranges::find(allowed, value) == allowed.end())
            problem(key, "\"" + value + "\" is not one of its values");
    }
    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> values;
        const toml::node* node = find(key, true);
        if (!node)
            return values;
        const toml::array* array = node->as_array();
        for (std::size_t at = 0; array && at < array->size(); ++at) {
            if (const auto value = (*array)[at].value_exact<std::string>())
                values.push_back(*value);
        }
        if (!array || values.size() != array->size() || values.empty())
            problem(key, "must be a list of texts that is not empty");
        return values;
    }
    void table(std::string_view key) { known_.emplace(key); }
    void done() {
        if (!table_)
            return;
        for (const auto& [key, value] : *table_)
            if (!known_.contains(std::string(key.str())))
                problem(key.str(), "is not a key of this file");
    }
    void problem(std::string_view key, const std::string& what) {
        problems_.push_back((name_.empty() ? "" : name_ + ".") + std::string(key) + ": " + what);
    }

  private:
    const toml::node* find(std::string_view key, bool required) {
        known_.emplace(key);
        const toml::node* node = table_ ? table_->get(key) : nullptr;
        if (!node && required)
            problem(key, "is missing");
        return node;
    }

    const toml::table* table_;
    std::string name_;
    Problems& problems_;
    std::set<std::string> known_;
};

void read_server(const toml::node& node, std::size_t place, Settings& settings,
                 Problems& problems) {
    Section section(node.as_table(), "server[" + std::to_string(place) + "]", problems);
    std::int64_t id = 0;
    section.number("id", id, 1, INT32_MAX, true);
    ServerKeys keys{ServerId{static_cast<std::uint32_t>(id)}, {}};
    const auto files = section.texts("public_keys");
    if (files.size() > 2)
        section.problem("public_keys", "at most two, while keys are rotated");
    for (const std::string& file : files) {
        auto key = read_public(file);
        if (key)
            keys.public_keys.push_back(std::move(*key));
        else
            section.problem("public_keys", key.error());
    }
    section.done();
    for (const ServerKeys& other : settings.servers) {
        if (other.server == keys.server)
            section.problem("id", "stands twice");
        for (const std::string& key : keys.public_keys)
            if (std::ranges::find(other.public_keys, key) != other.public_keys.end())
                section.problem("public_keys", "another server has the same key");
    }
    settings.servers.push_back(std::move(keys));
}

void read_servers(const toml::table& file, Settings& settings, Problems& problems) {
    const toml::array* servers = file["server"].as_array();
    if (!servers || servers->empty()) {
        problems.push_back("server: at least one [[server]] is needed");
        return;
    }
    for (std::size_t at = 0; at < servers->size(); ++at)
        read_server((*servers)[at], at, settings, problems);
}

void read_link(const toml::table& file, Settings& settings, Problems& problems) {
    Section link(file["link"].as_table(), "link", problems);
    link.text("endpoint", settings.endpoint, true);
    if (!settings.endpoint.empty() && !settings.endpoint.starts_with("tcp://") &&
        !settings.endpoint.starts_with("ipc://"))
        link.problem("endpoint", "must begin with tcp:// or ipc://");
    std::string key_file;
    link.text("key_file", key_file, true);
    link.number("credit_events", settings.credit_events, 1024, 1 << 20);
    link.done();
    if (key_file.empty())
        return;
    auto keys = read_secret(key_file);
    if (keys)
        settings.keys = std::move(*keys);
    else
        link.problem("key_file", keys.error());
}

void read_audit(const toml::table& file, Settings& settings, Problems& problems) {
    if (!file.contains("audit"))
        return;
    Section audit(file["audit"].as_table(), "audit", problems);
    std::string key_file;
    audit.text("seal_key_file", key_file, true);
    for (const std::string& folder : audit.texts("anchor_folders")) {
        if (!std::filesystem::is_directory(folder))
            audit.problem("anchor_folders", folder + " is no folder; make it first");
        settings.audit.anchor_folders.emplace_back(folder);
    }
    audit.done();
    if (key_file.empty())
        return;
    auto key = read_seal_key(key_file);
    if (key)
        settings.audit.key = *key;
    else
        audit.problem("seal_key_file", key.error());
}

void read_rest(const toml::table& file, Settings& settings, Problems& problems) {
    Section database(file["database"].as_table(), "database", problems);
    database.text("dsn", settings.dsn, true);
    database.done();
    Section metrics(file["metrics"].as_table(), "metrics", problems);
    metrics.number("port", settings.metrics_port, 0, 65535);
    metrics.done();
    Section rescan(file["rescan"].as_table(), "rescan", problems);
    rescan.number("pages_a_second", settings.rescan.pages_a_second, 1, 1000);
    rescan.number("pause_seconds", settings.rescan.pause_seconds, 0, 86'400);
    rescan.done();
    Section log(file["log"].as_table(), "log", problems);
    log.choice("format", settings.log_format, {"text", "json"});
    log.choice("level", settings.log_level, {"debug", "info", "warning", "error"});
    log.done();
}

}  // namespace

std::expected<Settings, std::vector<std::string>> read_settings(const std::filesystem::path& path) {
    Problems problems;
    Settings settings;
    toml::table file;
    try {
        file = toml::parse_file(path.string());
    } catch (const toml::parse_error& error) {
        std::ostringstream text;
        text << path.string() << ": " << error.description() << " (line "
             << error.source().begin.line << ")";
        return std::unexpected(Problems{text.str()});
    }
    Section top(&file, "", problems);
    top.text("name", settings.name, true);
    top.number("lease_seconds", settings.lease_seconds, 2, 300);
    for (const std::string_view table :
         {"database", "link", "server", "metrics", "rescan", "audit", "log"})
        top.table(table);
    top.done();
    read_rest(file, settings, problems);
    read_link(file, settings, problems);
    read_servers(file, settings, problems);
    read_audit(file, settings, problems);
    if (!problems.empty())
        return std::unexpected(std::move(problems));
    return settings;
}

std::string_view documented_settings() {
    return documentation;
}

}  // namespace cambist::bridge
