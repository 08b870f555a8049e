#pragma once

#include <cstdint>
#include <optional>

#include "office/accounts/account.hpp"
#include "office/accounts/client_status.hpp"
#include "office/accounts/restriction.hpp"
#include "office/accounts/rights_matrix.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::office {

/// What an account may do: what the trading server is told and enforces.
struct Policy {
    Rights rights;
    Reason reason = Reason::none;
    std::int64_t leverage_cap_x100 = 0;  ///< 0: no cap
    std::int64_t reserved = 0;           ///< minor units that no debit may touch

    friend constexpr bool operator==(const Policy&, const Policy&) = default;
};

/// Everything that an account's policy follows from.
struct PolicyFacts {
    AccountKind kind = AccountKind::live;
    AccountState state = AccountState::active;
    std::optional<ClientStatus> client;  ///< nothing: the account belongs to no client we know
    CauseSet causes;
    bool withdrawal_hold = false, trading_hold = false;
    std::int64_t reserved = 0;                 ///< sum of the reserve holds
    std::int64_t classification_cap_x100 = 0;  ///< 0: none, as below
    std::int64_t client_cap_x100 = 0, account_cap_x100 = 0;
};

/// The one function that decides an account's rights: status, causes, state and holds each take
/// rights away, and the gravest of those that took any gives the reason. `matrix`: of the client's
/// legal entity. Whatever it says, sanctions and a freeze stop everything but exits.
Policy effective_rights(const PolicyFacts& facts, const RightsMatrix& matrix);

}  // namespace cambist::office
