#pragma once

#include "office/accounts/account_store.hpp"

/// The columns of account_facts that an account's policy follows from.
#define POLICY_FACTS                                                                    \
    "server_id, login, client_id, kind, state, status, causes, withdrawal_hold, "       \
    "trading_hold, reserved_by_holds, classification_cap_x100, client_cap_x100, "       \
    "account_cap_x100, rights, reason, leverage_cap_x100, reserved, accepted_version, " \
    "legal_entity "

namespace cambist::office::accounts {

/// How many columns POLICY_FACTS has; others may follow.
constexpr int policy_columns = 19;

AccountKey key_of(const pg::Row& row);
/// The key, the client, the facts, the matrix and what was accepted.
AccountFacts policy_facts_of(const pg::Row& row, const RightsMatrices& matrices);

/// The key columns of accounts, for unnest.
pg::Parameters columns_of(const std::vector<AccountKey>& keys);

}  // namespace cambist::office::accounts
