#pragma once

// The gate's rules: pure functions of the request, the host's current state and the policy. They
// neither allocate nor wait, so that hooks may call them.

#include "plugin/abi/trading_server.h"
#include "plugin/gate/gate_table.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::plugin {

/// Whether a request that carries an operation id fits a live command.
enum class Ordered : std::uint8_t { by_nobody, by_the_office, mismatched };

/// The decision for whoever may not open, or asks for something unheard of.
Refusal decide_trade_without_opening(const ctsp_request& request, const ctsp_ctx& context,
                                     const GateTable::View& policy) noexcept;

/// One bit for each action class that is a trade.
constexpr std::uint32_t trade_actions =
    1u << CTSP_ACT_PRICE | 1u << CTSP_ACT_MARKET | 1u << CTSP_ACT_PENDING_PLACE |
    1u << CTSP_ACT_PENDING_MODIFY | 1u << CTSP_ACT_PENDING_CANCEL |
    1u << CTSP_ACT_PENDING_ACTIVATE | 1u << CTSP_ACT_SLTP | 1u << CTSP_ACT_CLOSE_BY |
    1u << CTSP_ACT_PROTECTIVE_EXIT | 1u << CTSP_ACT_STOPOUT_CANCEL | 1u << CTSP_ACT_EXPIRE |
    1u << CTSP_ACT_POSITION_EDIT;

/// Opening needs the right to open; whatever reduces the position as it stands always passes.
inline Refusal decide_trade(const ctsp_request& request, const ctsp_ctx& context,
                            const GateTable::View& policy) noexcept {
    const bool a_trade =
        (request.action < 32) & static_cast<bool>(trade_actions >> (request.action & 31) & 1);
    if (policy.word.rights().has(Right::open) & a_trade) [[likely]]
        return Refusal::none;
    const GateTable::View copy = policy;  // so that, on the way above, it stays in registers
    return decide_trade_without_opening(request, context, copy);
}

/// A debit needs the right to withdraw (or to transfer) and leaves what is reserved; a credit needs
/// the right to deposit; a live office command passes.
Refusal decide_funds(const ctsp_request& request, const ctsp_user* user,
                     const GateTable::View& policy, Ordered ordered) noexcept;

/// Leverage above the cap and group moves pass for the office only.
Refusal decide_user_change(const ctsp_user_change& change, const GateTable::View& policy,
                           Ordered ordered) noexcept;

/// An unknown login may connect, since it may have positions to close.
Refusal decide_login(const GateTable::View& policy) noexcept;

/// Why the right to open is missing.
Refusal opening_refused(const GateTable::View& policy) noexcept;

/// Whether the request reduces `context.position` as it stands, or closes two opposite positions;
/// `none` when it does.
Refusal judge_exit(const ctsp_request& request, const ctsp_ctx& context,
                   const GateTable::View& policy) noexcept;

/// What the trading server tells its client: the CTSP_RJ code of a refusal.
std::uint32_t reject_code(Refusal refusal) noexcept;

}  // namespace cambist::plugin
