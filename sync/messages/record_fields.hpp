#pragma once

// The fields of each record in the order of the wire: one list for writing and reading.

#include <concepts>
#include <tuple>
#include <type_traits>

#include "sync/messages/messages.hpp"

namespace cambist {

/// A record of this type, to read from or to write into.
template <class Given, class Record>
concept RecordOf = std::same_as<std::remove_const_t<Given>, Record>;

constexpr auto fields(RecordOf<UserRecord> auto& r) {
    return std::tie(r.login, r.version, r.group_id, r.group, r.client_id, r.agent, r.balance,
                    r.credit, r.registered, r.created_by, r.rights, r.leverage_x100,
                    r.currency_digits, r.margin_mode, r.is_demo, r.gone, r.currency);
}
constexpr auto fields(RecordOf<GroupRecord> auto& r) {
    return std::tie(r.group_id, r.version, r.permissions, r.trade_flags, r.default_leverage_x100,
                    r.stopout_bp, r.margin_call_bp, r.currency_digits, r.margin_mode, r.is_demo,
                    r.gone, r.trade_mode, r.currency, r.name);
}
constexpr auto fields(RecordOf<SymbolRecord> auto& r) {
    return std::tie(r.symbol_id, r.version, r.contract_size_e8, r.price_digits, r.trade_mode,
                    r.currency_base, r.currency_profit, r.currency_margin, r.name);
}
constexpr auto fields(RecordOf<DealRecord> auto& r) {
    return std::tie(r.ticket, r.version, r.login, r.kind, r.entry, r.reason, r.order, r.position,
                    r.dealer, r.operation, r.volume, r.volume_closed, r.price, r.bid, r.ask,
                    r.contract_size_e8, r.rate_e8, r.profit, r.swap, r.commission, r.fee, r.done,
                    r.modified, r.price_digits, r.currency_digits, r.book, r.deleted, r.direct,
                    r.symbol, r.comment);
}
constexpr auto fields(RecordOf<PositionRecord> auto& r) {
    return std::tie(r.login, r.ticket, r.version, r.volume, r.side, r.price_digits, r.price_open,
                    r.sl, r.tp, r.opened, r.symbol);
}
constexpr auto fields(RecordOf<MarginRecord> auto& r) {
    return std::tie(r.login, r.state, r.balance, r.credit, r.equity, r.margin, r.margin_free,
                    r.level_bp, r.at);
}
constexpr auto fields(RecordOf<EndOfDayRecord> auto& r) {
    return std::tie(r.login, r.day, r.balance, r.credit, r.equity, r.margin, r.floating,
                    r.currency_digits);
}
constexpr auto fields(RecordOf<RefusalRecord> auto& r) {
    return std::tie(r.boot, r.number, r.login, r.asked, r.refusal, r.action, r.enforced, r.count,
                    r.first, r.last, r.policy_version, r.actor);
}
constexpr auto fields(RecordOf<DealDigestRecord> auto& r) {
    return std::tie(r.first_seq, r.deals, r.sum);
}
constexpr auto fields(RecordOf<AccountDigestRecord> auto& r) {
    return std::tie(r.accounts, r.sums);
}
constexpr auto fields(RecordOf<ResyncRecord> auto& r) {
    return std::tie(r.cause, r.ended, r.rows, r.deals_since);
}
constexpr auto fields(RecordOf<NoticeRecord> auto& r) {
    return std::tie(r.kind, r.value, r.login, r.at);
}
constexpr auto fields(RecordOf<AccountPolicy> auto& r) {
    return std::tie(r.login, r.version, r.rights, r.reason, r.leverage_cap_x100, r.reserved);
}
constexpr auto fields(RecordOf<PolicyApplied> auto& r) {
    return std::tie(r.login, r.version);
}
constexpr auto fields(RecordOf<Command> auto& r) {
    return std::tie(r.id, r.number, r.bridge_epoch, r.deadline, r.kind, r.login, r.amount,
                    r.currency_digits, r.leverage_x100, r.rights_set, r.rights_clear, r.client_id,
                    r.if_version, r.group);
}
constexpr auto fields(RecordOf<RescannedAccount> auto& r) {
    return std::tie(r.user, r.balance_from_deals, r.credit_from_deals);
}

/// A nested record: written as an array of its fields.
template <class Given>
concept Record = requires(Given& record) { fields(record); };

/// The values that an enumeration may have on the wire.
template <class Enum>
struct Enumerators;
template <>
struct Enumerators<Asked> {
    static constexpr std::uint64_t least = 1, most = 4;
};
template <>
struct Enumerators<Refusal> {
    static constexpr std::uint64_t least = 0, most = refusal_count - 1;
};
template <>
struct Enumerators<Reason> {
    static constexpr std::uint64_t least = 0, most = 6;
};
template <>
struct Enumerators<ResyncCause> {
    static constexpr std::uint64_t least = 1, most = 6;
};
template <>
struct Enumerators<NoticeKind> {
    static constexpr std::uint64_t least = 1, most = 8;
};
template <>
struct Enumerators<CommandKind> {
    static constexpr std::uint64_t least = 1, most = 7;
};
template <>
struct Enumerators<Outcome> {
    static constexpr std::uint64_t least = 1, most = 5;
};
template <>
struct Enumerators<CommandFailure> {
    static constexpr std::uint64_t least = 0, most = 14;
};
template <>
struct Enumerators<FrameError> {
    static constexpr std::uint64_t least = 1, most = 14;
};

}  // namespace cambist
