#include "gateway/settings.hpp"

#include <spdlog/fmt/fmt.h>
#include <sys/stat.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <ranges>
#include <regex>

namespace cambist::gateway {
namespace {

using Settings = GatewaySettings;

/// One key: where it stands, what it says, and how it is read and written.
struct Entry {
    std::string_view section, key, doc;
    std::function<std::string(Settings&, const toml::node&)> read;  ///< a problem, or empty
    std::function<std::string(const Settings&)> print;
};

template <class Number, class Member>
Entry number(std::string_view section, std::string_view key, std::string_view doc,
             std::int64_t least, std::int64_t most, Member member) {
    const auto read = [=](Settings& settings, const toml::node& node) -> std::string {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < least || *value > most)
            return fmt::format("a whole number from {} to {}", least, most);
        member(settings) = Number(*value);
        return "";
    };
    const auto print = [=](const Settings& settings) {
        auto copy = settings;
        if constexpr (requires(Number count) { count.count(); })
            return fmt::format("{}", std::chrono::duration_cast<Number>(member(copy)).count());
        else
            return fmt::format("{}", member(copy));
    };
    return {section, key, doc, read, print};
}

Entry text(std::string_view section, std::string_view key, std::string_view doc,
           std::string Settings::* member) {
    return {section, key, doc,
            [=](Settings& settings, const toml::node& node) -> std::string {
                const auto value = node.value_exact<std::string>();
                if (!value)
                    return "a string";
                settings.*member = *value;
                return "";
            },
            [=](const Settings& settings) { return fmt::format("\"{}\"", settings.*member); }};
}

template <class Member>
Entry text_at(std::string_view section, std::string_view key, std::string_view doc, Member member) {
    const auto read = [=](Settings& settings, const toml::node& node) -> std::string {
        const auto value = node.value_exact<std::string>();
        if (!value)
            return "a string";
        member(settings) = *value;
        return "";
    };
    const auto print = [=](const Settings& settings) {
        auto copy = settings;
        return fmt::format("\"{}\"", member(copy));
    };
    return {section, key, doc, read, print};
}

Entry flag(std::string_view section, std::string_view key, std::string_view doc,
           bool Settings::* member) {
    return {section, key, doc,
            [=](Settings& settings, const toml::node& node) -> std::string {
                const auto value = node.value_exact<bool>();
                if (!value)
                    return "true or false";
                settings.*member = *value;
                return "";
            },
            [=](const Settings& settings) { return settings.*member ? "true" : "false"; }};
}

/// Words between commas.
template <class Member>
Entry words(std::string_view section, std::string_view key, std::string_view doc, Member member) {
    const auto read = [=](Settings& settings, const toml::node& node) -> std::string {
        const auto value = node.value_exact<std::string>();
        if (!value)
            return "a string";
        auto& list = member(settings);
        list.clear();
        for (const auto part : std::views::split(*value, ',')) {
            std::string word(part.begin(), part.end());
            std::erase(word, ' ');
            if (!word.empty())
                list.push_back(std::move(word));
        }
        return "";
    };
    const auto print = [=](const Settings& settings) {
        auto copy = settings;
        return fmt::format("\"{}\"", fmt::join(member(copy), ", "));
    };
    return {section, key, doc, read, print};
}

std::vector<Entry> door_entries() {
    using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
    return {
        text("auth", "secret_key_file",
             "Encrypts second factors in the database; made by cambistctl secret-key FILE.",
             &Settings::secret_key_file),
        number<std::uint64_t>("auth", "password_iterations", "Argon2id: passes over the memory.", 1,
                              20,
                              [](Settings& s) -> auto& { return s.door.password_cost.iterations; }),
        number<std::uint64_t>(
            "auth", "password_memory_mib",
            "Argon2id: memory of one hash; at least 46 with one pass and 19 with more.", 19, 1024,
            [](Settings& s) -> auto& { return s.door.password_cost.memory_mib; }),
        number<std::size_t>("auth", "hash_threads", "Passwords hashed at once.", 1, 64,
                            [](Settings& s) -> auto& { return s.door.hash_threads; }),
        number<std::size_t>("auth", "hash_room",
                            "Passwords being hashed or waiting for it; more are answered 503.", 1,
                            10'000, [](Settings& s) -> auto& { return s.door.hash_room; }),
        number<minutes>("auth", "idle_minutes", "A session ends without a request of its owner.", 1,
                        24 * 60, [](Settings& s) -> auto& { return s.door.session.idle; }),
        number<hours>("auth", "absolute_hours", "A session ends whatever its owner does.", 1, 168,
                      [](Settings& s) -> auto& { return s.door.session.absolute; }),
        number<minutes>("auth", "step_up_minutes", "Sensitive acts pass after a code was shown.", 1,
                        60, [](Settings& s) -> auto& { return s.door.session.step_up; }),
        number<std::int64_t>(
            "auth", "account_free_failures", "Failed sign-ins of an account before it has to wait.",
            1, 100, [](Settings& s) -> auto& { return s.door.limits.account.free_failures; }),
        number<std::int64_t>(
            "auth", "address_free_failures",
            "Failed sign-ins from an address before it has to wait.", 1, 10'000,
            [](Settings& s) -> auto& { return s.door.limits.address.free_failures; }),
        number<std::int64_t>(
            "auth", "most_accounts",
            "Accounts failing from one address in an hour; then it waits the longest.", 2, 10'000,
            [](Settings& s) -> auto& { return s.door.limits.most_accounts; }),
        number<hours>("auth", "dormant_hours",
                      "A privileged account not used so long is remarked when it is.", 24, 24 * 365,
                      [](Settings& s) -> auto& { return s.door.abnormal.dormant_after; }),
        words("auth", "origins",
              "Where pages of ours come from, with commas; empty: the host that is asked.",
              [](Settings& s) -> auto& { return s.door.origins; }),
        words("auth", "trusted_proxies",
              "Addresses of proxies that add the client's to X-Forwarded-For, with commas; of "
              "others the address that asks is taken for the client's.",
              [](Settings& s) -> auto& { return s.door.proxies.addresses; }),
        text_at("auth", "country_header",
                "Where a trusted proxy puts the client's country, e.g. CF-IPCountry; empty: it "
                "does not.",
                [](Settings& s) -> auto& { return s.door.proxies.country_header; }),
    };
}

std::vector<Entry> service_entries() {
    using std::chrono::seconds;
    return {
        text("http", "address", "Where to listen; other than loopback needs behind_proxy.",
             &Settings::address),
        number<std::uint16_t>("http", "port", "TCP port; 0 takes any free one.", 0, 65535,
                              [](Settings& s) -> auto& { return s.port; }),
        flag("http", "behind_proxy",
             "A proxy that speaks TLS stands in front, so other addresses may be listened on.",
             &Settings::behind_proxy),
        number<std::size_t>("http", "connections", "Open at most; more are answered 503.", 1,
                            100'000, [](Settings& s) -> auto& { return s.http.connections; }),
        number<std::size_t>("http", "header_bytes", "Longest header of a request.", 1024, 65536,
                            [](Settings& s) -> auto& { return s.http.header.bytes; }),
        number<std::size_t>("http", "header_fields", "Most header fields of a request.", 8, 1000,
                            [](Settings& s) -> auto& { return s.http.header.count; }),
        number<seconds>("http", "header_seconds", "From the first byte to the end of the header.",
                        1, 300, [](Settings& s) -> auto& { return s.http.header_time; }),
        number<seconds>("http", "body_seconds", "For the body to arrive.", 1, 300,
                        [](Settings& s) -> auto& { return s.http.body_time; }),
        number<seconds>("http", "idle_seconds", "Between two requests of a connection.", 1, 3600,
                        [](Settings& s) -> auto& { return s.http.idle_time; }),
        number<seconds>("http", "write_seconds", "For the client to take the answer.", 1, 300,
                        [](Settings& s) -> auto& { return s.http.write_time; }),
        number<seconds>("http", "request_seconds", "From the first byte to the last answered.", 1,
                        600, [](Settings& s) -> auto& { return s.http.request_time; }),
        number<seconds>("http", "shutdown_seconds", "For requests in flight when stopping.", 0, 300,
                        [](Settings& s) -> auto& { return s.http.shutdown_time; }),
        text("http", "cursor_key_file",
             "At least 32 characters that nobody guesses; gateways that share it read each other's "
             "cursors. Without one they end with the process.",
             &Settings::cursor_key_file),
        text("database", "dsn",
             "PostgreSQL, as libpq reads it; CAMBIST_DATABASE_DSN in the environment wins.",
             &Settings::dsn),
        number<std::int64_t>("database", "pool", "Connections to the database at most.", 1, 200,
                             [](Settings& s) -> auto& { return s.pool; }),
        number<std::int64_t>("limits", "requests_per_second",
                             "Of one caller whose credential is good, on average.", 1, 1'000'000,
                             [](Settings& s) -> auto& { return s.limits.callers.per_second; }),
        number<std::int64_t>("limits", "burst", "Of one such caller at once after a pause.", 1,
                             10'000'000,
                             [](Settings& s) -> auto& { return s.limits.callers.burst; }),
        number<std::int64_t>("limits", "stranger_requests_per_second",
                             "Of one address that shows no good credential, on average.", 1,
                             1'000'000,
                             [](Settings& s) -> auto& { return s.limits.strangers.per_second; }),
        number<std::int64_t>("limits", "stranger_burst", "Of one such address after a pause.", 1,
                             10'000'000,
                             [](Settings& s) -> auto& { return s.limits.strangers.burst; }),
        text("log", "format", "text for people, json for programs: one object a line.",
             &Settings::log_format),
        text("log", "level", "trace, debug, info, warning, error or off.", &Settings::log_level),
    };
}

const std::vector<Entry>& entries() {
    static const std::vector<Entry> all = [] {
        std::vector<Entry> every = service_entries();
        std::ranges::copy(door_entries(), std::back_inserter(every));
        return every;
    }();
    return all;
}

void read_section(std::string_view name, const toml::table& section, Settings& settings,
                  std::vector<std::string>& problems) {
    for (const auto& [key, node] : section) {
        const auto entry = std::ranges::find_if(entries(), [&](const Entry& candidate) {
            return candidate.section == name && candidate.key == key.str();
        });
        if (entry == entries().end()) {
            problems.push_back(fmt::format("{}.{}: unknown key", name, key.str()));
            continue;
        }
        if (const auto wanted = entry->read(settings, node); !wanted.empty())
            problems.push_back(fmt::format("{}.{}: must be {}", name, key.str(), wanted));
    }
}

bool is_loopback(std::string_view address) {
    return address.starts_with("127.") || address == "::1";
}

void check(const Settings& settings, std::vector<std::string>& problems) {
    if (settings.dsn.empty())
        problems.emplace_back("database.dsn: must be set");
    if (!is_loopback(settings.address) && !settings.behind_proxy)
        problems.emplace_back(
            "http.address: other than loopback needs http.behind_proxy = true, for there is no TLS "
            "here");
    if (!settings.door.proxies.addresses.empty() && !settings.behind_proxy)
        problems.emplace_back(
            "auth.trusted_proxies: needs http.behind_proxy = true, or clients name their own "
            "address");
    if (settings.secret_key_file.empty())
        problems.emplace_back("auth.secret_key_file: must be set");
    if (!settings.door.password_cost.is_sound())
        problems.emplace_back(
            "auth.password_memory_mib: must be at least 46 with one iteration, 19 with more");
    static constexpr std::string_view levels[] = {"trace",   "debug", "info",
                                                  "warning", "error", "off"};
    if (std::ranges::find(levels, settings.log_level) == std::end(levels))
        problems.emplace_back("log.level: must be trace, debug, info, warning, error or off");
    if (settings.log_format != "text" && settings.log_format != "json")
        problems.emplace_back("log.format: must be text or json");
}

/// The value of `name` in a DSN of the keyword form; empty when it has none.
std::string dsn_value(const std::string& dsn, const char* name) {
    const std::regex pattern(fmt::format(R"((?:^|\s){}\s*=\s*('[^']*'|\S+))", name));
    std::smatch match;
    if (!std::regex_search(dsn, match, pattern))
        return "";
    std::string value = match[1];
    if (value.starts_with('\''))
        value = value.substr(1, value.size() - 2);
    return value;
}

bool readable_by_others(const std::string& file) {
    struct stat status{};
    return stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

std::string hidden(const std::string& dsn) {
    const auto kept =
        std::regex_replace(dsn, std::regex(R"((password\s*=\s*)('[^']*'|\S+))"), "$1***");
    return std::regex_replace(kept, std::regex(R"((://[^:/@]+:)[^@]*@)"), "$1***@");
}

}  // namespace

std::expected<GatewaySettings, std::vector<std::string>> read_settings(
    std::string_view file, std::string_view environment_dsn) {
    Settings settings;
    std::vector<std::string> problems;
    try {
        const toml::table table = toml::parse(file);
        for (const auto& [name, node] : table) {
            const bool known = std::ranges::any_of(
                entries(), [&](const Entry& entry) { return entry.section == name.str(); });
            if (!known || !node.is_table())
                problems.push_back(fmt::format("{}: unknown section", name.str()));
            else
                read_section(name.str(), *node.as_table(), settings, problems);
        }
    } catch (const toml::parse_error& error) {
        problems.push_back(
            fmt::format("line {}: {}", error.source().begin.line, error.description()));
        return std::unexpected(problems);
    }
    if (!environment_dsn.empty())
        settings.dsn = environment_dsn;
    check(settings, problems);
    if (!problems.empty())
        return std::unexpected(problems);
    return settings;
}

std::vector<std::string> check_secret_files(const GatewaySettings& settings,
                                            const std::string& settings_file) {
    std::vector<std::string> problems;
    const bool holds_password =
        !dsn_value(settings.dsn, "password").empty() || hidden(settings.dsn) != settings.dsn;
    if (holds_password && readable_by_others(settings_file))
        problems.push_back(settings_file + ": holds a password and others may read it (chmod 600)");
    const std::string passfile = dsn_value(settings.dsn, "passfile");
    if (!passfile.empty() && readable_by_others(passfile))
        problems.push_back(passfile + ": others may read it (chmod 600)");
    if (!settings.cursor_key_file.empty() && readable_by_others(settings.cursor_key_file))
        problems.push_back(settings.cursor_key_file + ": others may read it (chmod 600)");
    if (readable_by_others(settings.secret_key_file))
        problems.push_back(settings.secret_key_file + ": others may read it (chmod 600)");
    return problems;
}

std::expected<office::SecretKeys, std::string> read_secret_keys(const GatewaySettings& settings) {
    std::ifstream file(settings.secret_key_file);
    if (!file)
        return std::unexpected(settings.secret_key_file + ": cannot be read");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto keys = office::SecretKeys::from(text);
    if (!keys)
        return std::unexpected(settings.secret_key_file + ": " + keys.error());
    return std::move(*keys);
}

std::string printed(const GatewaySettings& settings) {
    GatewaySettings shown = settings;
    shown.dsn = hidden(settings.dsn);
    std::string text;
    std::string_view section;
    for (const Entry& entry : entries()) {
        if (entry.section != section)
            text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", entry.section);
        section = entry.section;
        text += fmt::format("# {}\n{} = {}\n", entry.doc, entry.key, entry.print(shown));
    }
    return text;
}

}  // namespace cambist::gateway
