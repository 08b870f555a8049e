#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/accounts/account_store.hpp"
#include "office/accounts/client.hpp"
#include "office/approvals/approved.hpp"
#include "office/audit/actor.hpp"
#include "office/audit/refused.hpp"
#include "office/pg/transaction.hpp"

/// Use cases of accounts. Each runs in the caller's transaction and never commits it; refused, it
/// wrote nothing. After the commit the caller rings `cambist_policy` when policies were accepted.
namespace cambist::office {

using boost::asio::awaitable;
using AcceptedPolicies = std::vector<AcceptedPolicy>;

/// Decides anew what each of these locked accounts may do; those whose policy changed, or that had
/// none, get a version.
AcceptedPolicies refresh_policies(pg::Transaction& tx, const std::vector<AccountFacts>& locked);

/// Does giving the account, of that kind, to the client widen rights? It does when the account may
/// do more afterwards, or when nobody but the caller says what kind it is. `facts`: of the account,
/// if it is known; `matrix`: of the client's legal entity. Refused: account_taken, kind_differs.
std::expected<bool, AccountRefusal> attachment_widens(const Client& owner,
                                                      const std::optional<AccountFacts>& facts,
                                                      AccountKind kind, const RightsMatrix& matrix);

/// Gives the account to the client. Refused: unknown_client, client_closed, unknown_server, what
/// attachment_widens refuses, needs_approval.
awaitable<Outcome<AcceptedPolicies>> attach_account(pg::Transaction& tx, OperationId client,
                                                    AccountKey account, AccountKind kind,
                                                    Authority authority);

/// The same for an account that an order of the office has just created.
awaitable<Outcome<AcceptedPolicies>> attach_created_account(pg::Transaction& tx, OperationId client,
                                                            AccountKey account, AccountKind kind,
                                                            Actor actor);

/// Refused: unknown_account, hold_amount_invalid, id_taken (the same id, another hold). The same
/// hold again changes nothing.
awaitable<Outcome<AcceptedPolicies>> place_hold(pg::Transaction& tx, Hold hold, Actor actor);
/// Refused: unknown_hold, needs_approval. Released already: nothing changes.
awaitable<Outcome<AcceptedPolicies>> release_hold(pg::Transaction& tx, OperationId hold,
                                                  std::string reason, Authority authority);

/// The account's own cap, x 100; 0 takes it away. Refused: unknown_account,
/// needs_approval.
awaitable<Outcome<AcceptedPolicies>> set_leverage_cap(pg::Transaction& tx, AccountKey account,
                                                      std::int64_t cap_x100, std::string reason,
                                                      Authority authority);
/// Refused: unknown_account, no_such_state, needs_approval.
awaitable<Outcome<AcceptedPolicies>> set_account_state(pg::Transaction& tx, AccountKey account,
                                                       AccountState state, std::string reason,
                                                       Authority authority);

}  // namespace cambist::office
