#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/accounts/account_service.hpp"
#include "office/accounts/client.hpp"
#include "office/approvals/approved.hpp"

/// Use cases of clients, as in account_service.hpp.
namespace cambist::office {

struct ClientChanged {
    Client client;              ///< as it is now
    AcceptedPolicies policies;  ///< those that changed with it
    bool changed = true;        ///< false: it was so already
};

/// Adds a person and a client, registered, or approved with an approval.
/// Refused: no_such_transition (another status), unknown_legal_entity, unknown_manager, id_taken,
/// out_of_scope, needs_approval.
awaitable<Outcome<ClientChanged>> register_client(pg::Transaction& tx, Client client,
                                                  Authority authority);

/// Moves the status; every account of the client gets its policy anew. Refused as review_status
/// says, unknown_client, needs_approval.
awaitable<Outcome<ClientChanged>> change_status(pg::Transaction& tx, OperationId client,
                                                StatusChange change, Authority authority);

/// The client's own leverage cap, x 100; 0 takes it away. Refused: unknown_client,
/// needs_approval.
awaitable<Outcome<ClientChanged>> set_client_leverage_cap(pg::Transaction& tx, OperationId client,
                                                          std::int64_t cap_x100, std::string reason,
                                                          Authority authority);

/// Always takes an approval: a classification gives and takes. Refused: unknown_client,
/// needs_approval.
awaitable<Outcome<ClientChanged>> classify(pg::Transaction& tx, OperationId client,
                                           Classification classification, std::string reason,
                                           Authority authority);

}  // namespace cambist::office
