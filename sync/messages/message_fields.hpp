#pragma once

// The fields of each message after [wire_version, kind], in the order of the wire.

#include "sync/messages/record_fields.hpp"

namespace cambist {

constexpr auto body(RecordOf<Hello> auto& m) {
    return std::tie(m.server, m.plugin_version, m.epoch, m.first_seq, m.last_seq, m.policy_era,
                    m.bridge_epoch);
}
constexpr auto body(RecordOf<Welcome> auto& m) {
    return std::tie(m.server, m.owner, m.bridge_epoch, m.cursor_epoch, m.cursor_seq,
                    m.credit_events, m.policy_era, m.low_water, m.deals_since, m.settings.enforce,
                    m.settings.scope);
}
constexpr auto body(RecordOf<EventBatch> auto& m) {
    return std::tie(m.epoch, m.first_seq, m.events);
}
constexpr auto body(RecordOf<EventsAcknowledged> auto& m) {
    return std::tie(m.bridge_epoch, m.epoch, m.seq, m.credit_events);
}
constexpr auto body(RecordOf<EventsMissing> auto& m) {
    return std::tie(m.bridge_epoch, m.epoch, m.from_seq);
}
constexpr auto body(RecordOf<ResyncAsked> auto& m) {
    return std::tie(m.bridge_epoch, m.deals_since);
}
constexpr auto body(RecordOf<DigestAsked> auto& m) {
    return std::tie(m.bridge_epoch);
}
constexpr auto body(RecordOf<PolicyBatch> auto& m) {
    return std::tie(m.bridge_epoch, m.era, m.accounts);
}
constexpr auto body(RecordOf<PolicyAcknowledged> auto& m) {
    return std::tie(m.era, m.published, m.accounts);
}
constexpr auto body(RecordOf<PolicyDigest> auto& m) {
    return std::tie(m.era, m.accounts, m.sums);
}
constexpr auto body(RecordOf<SettingsChanged> auto& m) {
    return std::tie(m.bridge_epoch, m.policy_era, m.settings.enforce, m.settings.scope);
}
constexpr auto body(RecordOf<Command> auto& m) {
    return fields(m);
}
constexpr auto body(RecordOf<CommandResult> auto& m) {
    return std::tie(m.id, m.outcome, m.failure, m.login, m.deal, m.version, m.balance_after,
                    m.credit_after, m.finished, m.bridge_epoch);
}
constexpr auto body(RecordOf<CommandAsked> auto& m) {
    return std::tie(m.bridge_epoch, m.command);
}
constexpr auto body(RecordOf<CommandsRetired> auto& m) {
    return std::tie(m.bridge_epoch, m.low_water);
}
constexpr auto body(RecordOf<RescanAccountsAsked> auto& m) {
    return std::tie(m.bridge_epoch, m.request, m.after, m.limit);
}
constexpr auto body(RecordOf<RescannedAccounts> auto& m) {
    return std::tie(m.request, m.epoch, m.last_seq, m.end, m.accounts);
}
constexpr auto body(RecordOf<RescanDealsAsked> auto& m) {
    return std::tie(m.bridge_epoch, m.request, m.modified_since, m.after, m.limit);
}
constexpr auto body(RecordOf<RescannedDeals> auto& m) {
    return std::tie(m.request, m.epoch, m.last_seq, m.end, m.deals);
}
constexpr auto body(RecordOf<Heartbeat> auto& m) {
    return std::tie(m.at, m.epoch, m.last_seq);
}
constexpr auto body(RecordOf<FrameRefused> auto& m) {
    return std::tie(m.error, m.detail);
}

/// How many elements a list may have, by what it is a list of.
template <class Element>
constexpr std::size_t most_elements = 0;
template <>
inline constexpr std::size_t most_elements<Event> = max_events_a_batch;
template <>
inline constexpr std::size_t most_elements<AccountPolicy> = max_policies_a_batch;
template <>
inline constexpr std::size_t most_elements<PolicyApplied> = max_policies_a_batch;
template <>
inline constexpr std::size_t most_elements<RescannedAccount> = max_accounts_a_rescan;
template <>
inline constexpr std::size_t most_elements<DealRecord> = max_deals_a_rescan;
template <>
inline constexpr std::size_t most_elements<std::string> = max_scope_patterns;

}  // namespace cambist
