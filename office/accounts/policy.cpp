#include "office/accounts/policy.hpp"

#include <algorithm>
#include <array>

namespace cambist::office {

namespace {

struct Allowance {
    Rights rights = Rights::all();
    Reason reason = Reason::none;
};

constexpr Rights only_connect = Rights::none().with(Right::connect);
constexpr Rights no_opening = Rights::all().without(Right::open);

// In the order of ClientStatus: what is said where a right is missing.
constexpr std::array<Reason, client_status_count> status_reasons{
    Reason::not_approved, Reason::not_approved, Reason::not_approved,
    Reason::restricted,   Reason::restricted,   Reason::account_closed};
// In the order of AccountState.
constexpr std::array<Reason, account_state_count> state_reasons{
    Reason::not_approved,       Reason::not_approved,       Reason::restricted,
    Reason::close_only_account, Reason::close_only_account, Reason::account_closed,
    Reason::account_closed};
// Gravest first.
constexpr std::array gravity{
    Reason::frozen,       Reason::account_closed,     Reason::restricted,
    Reason::not_approved, Reason::close_only_account, Reason::withdrawal_hold,
    Reason::none};

bool before_approval(ClientStatus status) {
    return status == ClientStatus::registered || status == ClientStatus::pending_review ||
           status == ClientStatus::pending_documents;
}

/// Whatever takes nothing away gives no reason.
Allowance because(Rights rights, Reason reason) {
    return {rights, rights == Rights::all() ? Reason::none : reason};
}

Allowance of_client(const PolicyFacts& facts, const RightsMatrix& matrix) {
    if (!facts.client)
        return {only_connect, Reason::not_approved};
    const ClientStatus status = *facts.client;
    // Demo accounts trade nobody's money: they are allowed from registration on.
    if (facts.kind == AccountKind::demo && before_approval(status))
        return {};
    const auto row = std::size_t(status);
    return because(matrix.by_status[row], status_reasons[row]);
}

/// Only a freeze may be named to the trading server.
Allowance of_causes(const PolicyFacts& facts, const RightsMatrix& matrix) {
    Rights rights = Rights::all();
    for (const Cause cause : facts.causes.list())
        rights = rights & matrix.by_cause[std::size_t(cause)];
    const bool frozen = facts.causes.has(Cause::authority_freeze);
    if (frozen || facts.causes.has(Cause::sanctions_match))
        rights = rights & only_connect;
    return because(rights, frozen ? Reason::frozen : Reason::restricted);
}

Allowance of_state(const PolicyFacts& facts, const RightsMatrix& matrix) {
    const auto row = std::size_t(facts.state);
    return because(matrix.by_state[row], state_reasons[row]);
}

Allowance of_trading_hold(const PolicyFacts& facts) {
    return facts.trading_hold ? Allowance{no_opening, Reason::restricted} : Allowance{};
}

Allowance of_withdrawal_hold(const PolicyFacts& facts) {
    if (!facts.withdrawal_hold)
        return {};
    return {Rights::all().without(Right::withdraw).without(Right::transfer),
            Reason::withdrawal_hold};
}

Reason graver(Reason a, Reason b) {
    return std::find(gravity.begin(), gravity.end(), a) <
                   std::find(gravity.begin(), gravity.end(), b)
               ? a
               : b;
}

std::int64_t lower_cap(std::int64_t a, std::int64_t b) {
    if (a == 0 || b == 0)
        return std::max(a, b);
    return std::min(a, b);
}

}  // namespace

Policy effective_rights(const PolicyFacts& facts, const RightsMatrix& matrix) {
    const std::array allowances{of_client(facts, matrix), of_causes(facts, matrix),
                                of_state(facts, matrix), of_trading_hold(facts),
                                of_withdrawal_hold(facts)};
    Policy policy{.rights = Rights::all(), .reserved = facts.reserved};
    for (const Allowance& allowance : allowances) {
        policy.rights = policy.rights & allowance.rights;
        policy.reason = graver(policy.reason, allowance.reason);
    }
    policy.leverage_cap_x100 = lower_cap(facts.classification_cap_x100,
                                         lower_cap(facts.client_cap_x100, facts.account_cap_x100));
    return policy;
}

}  // namespace cambist::office
