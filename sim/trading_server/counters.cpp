#include "sim/trading_server/counters.hpp"

#include <charconv>

namespace cambist::sim {

namespace {
constexpr std::string_view kPluginPrefix = "plugin:";
constexpr std::string_view kServerPrefix = "server:";
}  // namespace

std::string_view text_of(Count count) {
    static constexpr std::array<std::string_view, 15> texts{"quotes",
                                                            "orders",
                                                            "deals",
                                                            "commands",
                                                            "events",
                                                            "refused_by_plugin",
                                                            "refused_by_server",
                                                            "hook_errors",
                                                            "slow_hooks",
                                                            "logins",
                                                            "stop_outs",
                                                            "margin_calls",
                                                            "protective_exits",
                                                            "activations",
                                                            "quotes_played"};
    static_assert(texts.size() == static_cast<size_t>(Count::size_));
    return texts[static_cast<size_t>(count)];
}

std::string_view text_of(Hook hook) {
    static constexpr std::array<std::string_view, 6> texts{
        "trade_admission", "trade_execution", "funds", "login", "user", "group"};
    static_assert(texts.size() == static_cast<size_t>(Hook::size_));
    return texts[static_cast<size_t>(hook)];
}

void Counters::refused(const Refused& refused) {
    const bool by_plugin = refused.code == Refusal::plugin;
    add(by_plugin ? Count::refused_by_plugin : Count::refused_by_server);
    const std::lock_guard lock(mutex_);
    if (by_plugin)
        ++by_plugin_[{refused.hook.reject, refused.hook.reason}];
    else
        ++by_server_[std::string(text_of(refused.code))];
}

std::map<std::pair<uint32_t, uint32_t>, int64_t> Counters::refused_by_plugin() const {
    const std::lock_guard lock(mutex_);
    return by_plugin_;
}

std::map<std::string, int64_t> Counters::refused_by_server() const {
    const std::lock_guard lock(mutex_);
    return by_server_;
}

std::vector<std::pair<std::string, int64_t>> Counters::named() const {
    std::vector<std::pair<std::string, int64_t>> named;
    for (size_t i = 0; i < values_.size(); ++i)
        named.emplace_back(text_of(static_cast<Count>(i)), values_[i].load());
    for (const auto& [key, value] : refused_by_plugin())
        named.emplace_back(std::string(kPluginPrefix) + std::to_string(key.first) + ":" +
                               std::to_string(key.second),
                           value);
    for (const auto& [code, value] : refused_by_server())
        named.emplace_back(std::string(kServerPrefix) + code, value);
    return named;
}

void Counters::restore(const std::vector<std::pair<std::string, int64_t>>& named) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, value] : named) {
        for (size_t i = 0; i < values_.size(); ++i)
            if (name == text_of(static_cast<Count>(i)))
                values_[i] = value;
        if (name.starts_with(kServerPrefix))
            by_server_[name.substr(kServerPrefix.size())] = value;
        if (!name.starts_with(kPluginPrefix))
            continue;
        std::pair<uint32_t, uint32_t> key{};
        const char* const end = name.data() + name.size();
        const auto reject = std::from_chars(name.data() + kPluginPrefix.size(), end, key.first);
        if (reject.ptr < end)
            std::from_chars(reject.ptr + 1, end, key.second);
        by_plugin_[key] = value;
    }
}

}  // namespace cambist::sim
