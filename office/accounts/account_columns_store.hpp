#pragma once

#include "office/accounts/account_store.hpp"

/// The columns that an account's policy follows from, for every query that reads them:
/// `select POLICY_FACTS from account a OF_THEIR_CLIENTS_AND_HOLDS`.
#define POLICY_FACTS                                                         \
    "a.server_id, a.login, a.client_id, a.kind, a.state, c.status, "         \
    "  array(select r.cause from restriction_cause r "                       \
    "        where r.client_id = a.client_id and r.lifted_at is null), "     \
    "  coalesce(h.withdrawal, false), coalesce(h.trading, false), "          \
    "  least(coalesce(h.reserved, 0), 9223372036854775807)::bigint, "        \
    "  coalesce(k.leverage_cap_x100, 0), coalesce(c.leverage_cap_x100, 0), " \
    "  coalesce(a.own_leverage_cap_x100, 0), "                               \
    "  a.rights, a.reason, a.leverage_cap_x100, a.reserved, "                \
    "  a.accepted_version, coalesce(c.legal_entity, '')"
#define OF_THEIR_CLIENTS_AND_HOLDS                                             \
    "left join client c on c.id = a.client_id "                                \
    "left join classification_cap k on k.legal_entity = c.legal_entity "       \
    "  and k.classification = c.classification "                               \
    "left join lateral (select bool_or(kind = 'withdrawal') as withdrawal, "   \
    "    bool_or(kind = 'trading') as trading, sum(amount) as reserved "       \
    "  from hold where hold.server_id = a.server_id and hold.login = a.login " \
    "    and released_at is null) h on true "

namespace cambist::office::accounts {

/// How many columns POLICY_FACTS has; others may follow.
constexpr int policy_columns = 19;

AccountKey key_of(const pg::Row& row);
/// The key, the client, the facts, the matrix and what was accepted.
AccountFacts policy_facts_of(const pg::Row& row, const RightsMatrices& matrices);

/// The key columns of accounts, for unnest.
pg::Parameters columns_of(const std::vector<AccountKey>& keys);

}  // namespace cambist::office::accounts
