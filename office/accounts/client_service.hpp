#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/accounts/account_service.hpp"
#include "office/accounts/client.hpp"

/// Use cases of clients, as in account_service.hpp.
namespace cambist::office {

struct ClientChanged {
    Client client;              ///< as it is now
    AcceptedPolicies policies;  ///< those that changed with it
    bool changed = true;        ///< false: it was so already
};

/// Adds a person and a client, registered, or approved by an actor who may release.
/// Refused: narrow_only, unknown_legal_entity, id_taken, no_such_transition (another status).
awaitable<Outcome<ClientChanged>> register_client(pg::Transaction& tx, Client client, Actor actor);

/// Moves the status; every account of the client gets its policy anew. Refused as review_status
/// says, and unknown_client.
awaitable<Outcome<ClientChanged>> change_status(pg::Transaction& tx, OperationId client,
                                                StatusChange change, Actor actor);

/// The client's own leverage cap, x 100; 0 takes it away. Refused: unknown_client, narrow_only.
awaitable<Outcome<ClientChanged>> set_client_leverage_cap(pg::Transaction& tx, OperationId client,
                                                          std::int64_t cap_x100, std::string reason,
                                                          Actor actor);

/// Needs somebody who may release: a classification gives and takes. Refused: unknown_client,
/// narrow_only.
awaitable<Outcome<ClientChanged>> classify(pg::Transaction& tx, OperationId client,
                                           Classification classification, std::string reason,
                                           Actor actor);

}  // namespace cambist::office
