#include "plugin/settings.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "plugin/platform.hpp"

namespace cambist::plugin {

namespace {

constexpr std::uint32_t least_journal_mib = 16, most_journal_mib = 65'536;
constexpr std::uint32_t most_policy_capacity = 50'000'000;

/// Reads parameters and collects what is wrong with them.
class Reader {
  public:
    explicit Reader(const ctsp_host_api& host) : host_(host) {}

    std::optional<std::string> text(const char* name) const {
        std::array<char, 4096> buffer;
        std::uint32_t length = 0;
        if (host_.param_get(host_.host, name, buffer.data(), buffer.size(), &length) != CTSP_OK)
            return std::nullopt;
        return std::string(buffer.data(), length);
    }
    std::string required(const char* name) {
        auto value = text(name);
        if (!value || value->empty())
            problem(std::string(name) + " is missing");
        return value.value_or("");
    }
    void number(const char* name, std::uint32_t least, std::uint32_t most, std::uint32_t& into) {
        const auto value = text(name);
        if (!value || value->empty())
            return;
        std::uint32_t parsed = 0;
        const auto [end, error] =
            std::from_chars(value->data(), value->data() + value->size(), parsed);
        if (error != std::errc{} || end != value->data() + value->size() || parsed < least ||
            parsed > most)
            problem(std::string(name) + " is not a number from " + std::to_string(least) + " to " +
                    std::to_string(most));
        else
            into = parsed;
    }
    void problem(const std::string& what) { problems_ += (problems_.empty() ? "" : "\n") + what; }
    const std::string& problems() const { return problems_; }

  private:
    const ctsp_host_api& host_;
    std::string problems_;
};

std::string trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return std::string(text);
}

std::vector<std::string> parts(std::string_view list) {
    std::vector<std::string> found;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string part = trimmed(list.substr(0, comma));
        if (!part.empty())
            found.push_back(std::move(part));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return found;
}

}  // namespace

std::expected<Settings, std::string> read_settings(const ctsp_host_api& host) {
    Reader reader(host);
    Settings settings;
    reader.required("server_id");
    reader.number("server_id", 1, INT32_MAX, settings.server.value);
    reader.number("journal_mib", least_journal_mib, most_journal_mib, settings.journal_mib);
    reader.number("policy_capacity", 1, most_policy_capacity, settings.policy_capacity);
    settings.folder = reader.required("data_dir");
    settings.link.endpoints = parts(reader.required("bridge_endpoints"));
    settings.scope = parts(reader.text("scope").value_or("*"));
    const std::string mode = reader.text("mode").value_or("enforce");
    settings.observe_here = mode == "observe";
    if (mode != "observe" && mode != "enforce")
        reader.problem("mode is neither observe nor enforce");

    const std::string public_file = reader.required("bridge_public_key_file");
    if (const auto text = read_text(public_file))
        settings.link.bridge_public_key = trimmed(*text);
    else if (!public_file.empty())
        reader.problem(public_file + " cannot be read");
    const std::string secret_file = reader.required("secret_key_file");
    std::string why;
    if (const auto text = read_secret(secret_file, why))
        settings.link.secret_key = trimmed(*text);
    else if (!secret_file.empty())
        reader.problem(why);
    if (!reader.problems().empty())
        return std::unexpected(reader.problems());
    return settings;
}

}  // namespace cambist::plugin
