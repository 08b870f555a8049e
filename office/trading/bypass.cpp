#include "office/trading/bypass.hpp"

#include "office/trading/deal_kind.hpp"

namespace cambist::office {

namespace {

std::string described(const DealRecord& deal) {
    return "deal " + std::to_string(deal.ticket.value) + ": " + std::to_string(deal.profit);
}

}  // namespace

bool may_bypass(const DealRecord& deal) {
    if (!deal.operation.empty() || deal.deleted)
        return false;
    return deal.direct || (is_operation(deal.kind) && deal.profit < 0);
}

std::optional<Drift> judge_deal(const DealRecord& deal, const PolicyThen& policy,
                                std::int64_t balance_after) {
    if (!may_bypass(deal))
        return std::nullopt;
    const bool takes = is_operation(deal.kind) && deal.profit < 0;
    if (takes && policy.version > 0 && !policy.rights.has(Right::withdraw))
        return Drift{deal.login, "withdraw", "forbidden", described(deal)};
    if (takes && policy.version > 0 && policy.reserved > 0 && balance_after < policy.reserved)
        return Drift{deal.login, "reserved", std::to_string(policy.reserved), described(deal)};
    if (deal.direct)
        return Drift{deal.login, "direct_deal", "none", described(deal)};
    return std::nullopt;
}

std::optional<Drift> judge_group(const AccountBefore& before, const UserRecord& now) {
    const std::string group(now.group.view());
    if (!before.known || group == before.group || group == before.group_ordered)
        return std::nullopt;
    return Drift{now.login, "group", before.group, group};
}

std::optional<Drift> judge_leverage(const AccountBefore& before, const UserRecord& now) {
    const bool raised = now.leverage_x100 > before.leverage_x100;
    if (!before.known || !raised || before.leverage_cap_x100 == 0 ||
        now.leverage_x100 <= before.leverage_cap_x100)
        return std::nullopt;
    return Drift{now.login, "leverage", std::to_string(before.leverage_cap_x100),
                 std::to_string(now.leverage_x100)};
}

}  // namespace cambist::office
