#pragma once

#include <cstdint>
#include <string_view>

#include "office/audit/refused.hpp"

namespace cambist::office {

/// Why something about a client or an account is refused, in order of precedence.
enum class AccountRefusal : std::uint8_t {
    unknown_client,
    unknown_account,
    unknown_hold,
    unknown_server,
    unknown_legal_entity,
    unknown_manager,  ///< no active member of staff
    unknown_partner,
    stale_version,  ///< the client changed since the caller looked
    id_taken,       ///< the same id with another body
    client_closed,
    account_taken,  ///< the account belongs to another client
    kind_differs,   ///< the trading server says otherwise: demo or live
    no_such_transition,
    reason_required,
    cause_not_in_force,
    hold_amount_invalid,  ///< a reserve needs an amount above zero, others none
    money_left,           ///< a client with money cannot be closed
    operation_pending,    ///< nor one with unfinished money operations
    no_such_state,
    assignment_from_invalid,  ///< later than now, or not after what is in force began
    out_of_scope,             ///< whoever asks would not see the client afterwards
    needs_approval,           ///< it gives rights: one person alone may only take them
};
constexpr int account_refusal_count = 22;

Refused refused_as(AccountRefusal refusal);

}  // namespace cambist::office
