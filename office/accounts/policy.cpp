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

// In the order of ClientStatus.
constexpr std::array<Allowance, client_status_count> by_status{{
    {only_connect, Reason::not_approved},
    {only_connect, Reason::not_approved},
    {only_connect, Reason::not_approved},
    {Rights::all(), Reason::none},
    {only_connect, Reason::restricted},
    {Rights::none(), Reason::account_closed},
}};
// In the order of AccountState.
constexpr std::array<Allowance, account_state_count> by_state{{
    {Rights::none(), Reason::not_approved},
    {Rights::none(), Reason::not_approved},
    {Rights::all(), Reason::none},
    {no_opening, Reason::close_only_account},
    {only_connect, Reason::close_only_account},
    {Rights::none(), Reason::account_closed},
    {Rights::none(), Reason::account_closed},
}};
// Gravest first.
constexpr std::array gravity{
    Reason::frozen,       Reason::account_closed,     Reason::restricted,
    Reason::not_approved, Reason::close_only_account, Reason::withdrawal_hold,
    Reason::none};

bool before_approval(ClientStatus status) {
    return status == ClientStatus::registered || status == ClientStatus::pending_review ||
           status == ClientStatus::pending_documents;
}

Allowance of_client(const PolicyFacts& facts) {
    const ClientStatus status = facts.client.value_or(ClientStatus::registered);
    // Demo accounts trade nobody's money: they are allowed from registration on.
    if (facts.client && facts.kind == AccountKind::demo && before_approval(status))
        return {};
    return by_status[std::size_t(status)];
}

/// Every cause stops everything but exits; only a freeze may be named to the trading server.
Allowance of_causes(const PolicyFacts& facts) {
    if (facts.causes.empty())
        return {};
    return {only_connect,
            facts.causes.has(Cause::authority_freeze) ? Reason::frozen : Reason::restricted};
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

Policy effective_rights(const PolicyFacts& facts) {
    const std::array allowances{of_client(facts), of_causes(facts),
                                by_state[std::size_t(facts.state)], of_trading_hold(facts),
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
