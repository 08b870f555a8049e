#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/accounts/assignment.hpp"
#include "office/accounts/client.hpp"
#include "office/pg/transaction.hpp"

/// The only SQL of who looks after clients, now and before.
namespace cambist::office::assignments {

using boost::asio::awaitable;

/// What changing it depends on; needs the client's lock. The clock is the caller's to fill in.
awaitable<AssignmentFacts> facts(pg::Transaction& tx, Client client, AssignmentChange change);
/// Ends what is in force at that time, now when none, and raises the client's version.
void assign(pg::Transaction& tx, OperationId client, const Assignment& to,
            std::optional<Instant> from);

/// How it was for a time.
struct PastAssignment {
    Assignment assignment;
    std::string manager_name, partner_name;  ///< username and name; empty where there is none
    Instant since;
    std::optional<Instant> until;
};
/// Newest first, before `before`; of one client.
awaitable<std::vector<PastAssignment>> history(pg::Transaction& tx, OperationId client,
                                               std::optional<Instant> before, int limit);

}  // namespace cambist::office::assignments
