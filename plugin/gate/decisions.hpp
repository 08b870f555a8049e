#pragma once

// The gate's rules: pure functions of the request, the host's current state and the policy. They
// neither allocate nor wait, so that hooks may call them.

#include "plugin/abi/trading_server.h"
#include "plugin/gate/gate_table.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::plugin {

/// Whether a request that carries an operation id fits a live command.
enum class Ordered : std::uint8_t { by_nobody, by_the_office, mismatched };

/// Opening needs the right to open; whatever reduces the position as it stands always passes.
Refusal decide_trade(const ctsp_request& request, const ctsp_ctx& context,
                     const GateTable::View& policy) noexcept;

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
