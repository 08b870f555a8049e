#include "plugin/gate/decisions.hpp"

#include <cstring>

namespace cambist::plugin {

namespace {

bool same_symbol(const char (&a)[32], const char (&b)[32]) {
    return std::strncmp(a, b, sizeof a) == 0;
}

bool live(const ctsp_position* position, std::uint64_t login) {
    return position && position->login == login && position->volume > 0;
}

bool hedging(const ctsp_ctx& context) {
    const std::uint8_t mode = context.user    ? context.user->margin_mode
                              : context.group ? context.group->margin_mode
                                              : std::uint8_t(CTSP_MARGIN_NETTING);
    return mode == CTSP_MARGIN_HEDGING;
}

Refusal judge_close_by(const ctsp_request& request, const ctsp_ctx& context) {
    const ctsp_position *one = context.position, *other = context.position_by;
    if (!live(one, request.login) || !live(other, request.login) || one->ticket == other->ticket)
        return Refusal::position_gone;
    if (!same_symbol(one->symbol, other->symbol) || one->side == other->side)
        return Refusal::position_gone;
    return Refusal::none;
}

/// A request that enlarges nothing, whatever the position is.
bool always_an_exit(std::uint32_t action) {
    switch (action) {
        case CTSP_ACT_PRICE:
        case CTSP_ACT_PENDING_CANCEL:
        case CTSP_ACT_SLTP:
        case CTSP_ACT_PROTECTIVE_EXIT:
        case CTSP_ACT_STOPOUT_CANCEL:
        case CTSP_ACT_EXPIRE:
            return true;
        default:
            return false;
    }
}

Refusal money_refused(const GateTable::View& policy, Refusal otherwise) {
    if (!policy.word.known())
        return Refusal::no_policy;
    return policy.word.reason() == Reason::frozen ? Refusal::frozen : otherwise;
}

/// The debit that a request asks for, in minor units; 0 when it takes nothing.
std::int64_t debit_of(const ctsp_request& request) {
    if (request.amount == INT64_MIN)
        return INT64_MAX;
    if (request.action == CTSP_ACT_TRANSFER)
        return request.amount < 0 ? -request.amount : request.amount;
    return request.amount < 0 ? -request.amount : 0;
}

}  // namespace

Refusal decide_trade_without_opening(const ctsp_request& request, const ctsp_ctx& context,
                                     const GateTable::View& policy) noexcept {
    if (always_an_exit(request.action))
        return Refusal::none;
    if (request.action >= 32 || !(trade_actions >> request.action & 1))
        return Refusal::unknown_action;
    return judge_exit(request, context, policy);
}

Refusal judge_exit(const ctsp_request& request, const ctsp_ctx& context,
                   const GateTable::View& policy) noexcept {
#ifdef CAMBIST_BUG_trust_close_flag
    if (request.flags & CTSP_REQ_CLOSE_FLAG)
        return Refusal::none;
#endif
    if (request.action == CTSP_ACT_CLOSE_BY)
        return judge_close_by(request, context);
    if (request.action != CTSP_ACT_MARKET)
        return opening_refused(policy);
    if (hedging(context) && request.position == 0)
        return opening_refused(policy);
    if (!live(context.position, request.login))
        return request.position ? Refusal::position_gone : opening_refused(policy);
    if (!same_symbol(context.position->symbol, request.symbol) ||
        (request.position && context.position->ticket != request.position))
        return Refusal::position_gone;
    if (context.position->side == request.side)
        return opening_refused(policy);
    if (request.volume == 0 || request.volume > context.position->volume)
        return Refusal::close_volume;
    return Refusal::none;
}

Refusal opening_refused(const GateTable::View& policy) noexcept {
    if (!policy.word.known())
        return Refusal::no_policy;
    switch (policy.word.reason()) {
        case Reason::not_approved:
            return Refusal::trade_disabled;
        case Reason::account_closed:
            return Refusal::account_closed;
        case Reason::frozen:
            return Refusal::frozen;
        default:
            return Refusal::close_only;
    }
}

Refusal decide_funds(const ctsp_request& request, const ctsp_user* user,
                     const GateTable::View& policy, Ordered ordered) noexcept {
    if (ordered == Ordered::mismatched)
        return Refusal::command_mismatch;
    const std::int64_t debit = debit_of(request);
    // A withdrawal that the office ordered may have been overtaken by a hold, or by another one.
    const bool withdraws = request.deal_kind != CTSP_DEAL_CREDIT && debit != 0;
    if (ordered == Ordered::by_the_office && !withdraws)
        return Refusal::none;
    const Rights rights = policy.word.rights();
    if (debit == 0) {
        const bool unknown = !policy.word.known();
        return unknown || rights.has(Right::deposit) ? Refusal::none : Refusal::deposit_forbidden;
    }
    if (request.action == CTSP_ACT_TRANSFER && !rights.has(Right::transfer))
        return money_refused(policy, Refusal::transfer_forbidden);
    if (request.action != CTSP_ACT_TRANSFER && !rights.has(Right::withdraw))
        return money_refused(policy, Refusal::withdraw_forbidden);
    const std::int64_t reserved = policy.reserved();
    if (reserved > 0 && (!user || user->balance < debit || user->balance - debit < reserved))
        return Refusal::reserved_amount;
    return Refusal::none;
}

Refusal decide_user_change(const ctsp_user_change& change, const GateTable::View& policy,
                           Ordered ordered) noexcept {
    if (ordered == Ordered::mismatched)
        return Refusal::command_mismatch;
    if (!change.before || !change.after)
        return Refusal::none;
    const ctsp_user &before = *change.before, &after = *change.after;
    if (ordered == Ordered::by_nobody && policy.word.known() &&
        std::strncmp(before.group, after.group, sizeof before.group) != 0)
        return Refusal::group_not_ordered;
    if (after.leverage_x100 > before.leverage_x100) {
        const std::uint32_t cap = policy.leverage_cap_x100();
        if (cap != 0 && after.leverage_x100 > cap)
            return Refusal::leverage_cap;
    }
    return Refusal::none;
}

Refusal decide_login(const GateTable::View& policy) noexcept {
    if (!policy.word.known() || policy.word.rights().has(Right::connect))
        return Refusal::none;
    return Refusal::login_forbidden;
}

std::uint32_t reject_code(Refusal refusal) noexcept {
    switch (refusal) {
        case Refusal::none:
            return CTSP_RJ_NONE;
        case Refusal::trade_disabled:
            return CTSP_RJ_TRADE_DISABLED;
        case Refusal::close_only:
        case Refusal::no_policy:
            return CTSP_RJ_CLOSE_ONLY;
        case Refusal::close_volume:
            return CTSP_RJ_CLOSE_VOLUME;
        case Refusal::position_gone:
            return CTSP_RJ_POSITION_GONE;
        case Refusal::reserved_amount:
            return CTSP_RJ_NO_MONEY;
        case Refusal::login_forbidden:
            return CTSP_RJ_ACCOUNT_DISABLED;
        default:
            return CTSP_RJ_GENERIC;
    }
}

}  // namespace cambist::plugin
