#include "plugin/commands/policy_log.hpp"

#include <vector>

namespace cambist::plugin {

namespace {

constexpr std::size_t policies_a_record = 4096;
constexpr std::uint64_t bytes_a_policy = 32;
constexpr std::uint64_t rewrite_from_bytes = 8u << 20;

bool append_settings(RecordLog& log, const GateSettings& settings) {
    Bytes record;
    encode(SettingsChanged{0, 0, settings}, record);
    return log.append(record);
}

bool append_batch(RecordLog& log, std::uint32_t era, std::span<const AccountPolicy> policies) {
    do {
        const auto part = policies.first(std::min(policies_a_record, policies.size()));
        Bytes record;
        encode(PolicyBatch{0, era, {part.begin(), part.end()}}, record);
        if (!log.append(record))
            return false;
        policies = policies.subspan(part.size());
    } while (!policies.empty());
    return true;
}

}  // namespace

std::optional<PolicyLog::Loaded> PolicyLog::open(const std::string& path, GateTable& table) {
    Loaded loaded;
    auto opened = RecordLog::open(path, [&](ByteView record) {
        auto message = decode(record);
        if (auto* changed = message ? std::get_if<SettingsChanged>(&*message) : nullptr) {
            loaded.settings = std::move(changed->settings);
            return;
        }
        const auto* batch = message ? std::get_if<PolicyBatch>(&*message) : nullptr;
        if (!batch) {
            loaded.damaged = true;
            return;
        }
        if (batch->era > loaded.era)
            table.forget_all();
        loaded.era = batch->era;
        for (const AccountPolicy& policy : batch->accounts)
            if (policy.version >= table.version_of(policy.login))
                table.publish(policy);
    });
    if (!opened)
        return std::nullopt;
    loaded.damaged |= opened->damaged;
    loaded.log.log_ = std::move(opened->log);
    loaded.log.settings_ = loaded.settings;
    return loaded;
}

bool PolicyLog::holds(const GateSettings& settings) const {
    return settings_ && settings_->enforce == settings.enforce &&
           settings_->scope == settings.scope;
}

bool PolicyLog::append(const GateSettings& settings) {
    settings_ = settings;
    return append_settings(log_, settings) && log_.sync();
}

bool PolicyLog::append(std::uint32_t era, std::span<const AccountPolicy> policies) {
    return append_batch(log_, era, policies) && log_.sync();
}

bool PolicyLog::worth_rewriting(std::size_t accounts) const {
    return log_.bytes() > rewrite_from_bytes && log_.bytes() > 4 * bytes_a_policy * accounts;
}

bool PolicyLog::rewrite(std::uint32_t era, const GateTable& table) {
    return log_.rewrite([&](RecordLog& fresh) {
        std::vector<AccountPolicy> all;
        all.reserve(table.size());
        table.for_each([&](const AccountPolicy& policy) { all.push_back(policy); });
        return (!settings_ || append_settings(fresh, *settings_)) && append_batch(fresh, era, all);
    });
}

}  // namespace cambist::plugin
