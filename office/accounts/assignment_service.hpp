#pragma once

#include <boost/asio/awaitable.hpp>

#include "office/accounts/client_service.hpp"

namespace cambist::office {

/// Changes who looks after a client. Another partner takes an approval. Refused as
/// review_assignment says, unknown_client, needs_approval.
awaitable<Outcome<ClientChanged>> assign_client(pg::Transaction& tx, OperationId client,
                                                AssignmentChange change, Instant now,
                                                Authority authority);

}  // namespace cambist::office
