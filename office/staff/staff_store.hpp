#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/staff/staff.hpp"

/// Members of staff: the only SQL about them, apart from what they sign in with.
namespace cambist::office::staff {

using boost::asio::awaitable;

/// Of `staff s`, as `read` reads them.
#define STAFF_COLUMNS \
    "s.id, s.person_id, s.username, s.name, s.status, s.version, s.created_at, s.left_at"
constexpr int column_count = 8;
Staff read(const pg::Row& row);

/// A member of staff among others.
struct Listed {
    Staff staff;
    std::vector<std::string> roles;  ///< in force now
    bool has_second_factor = false, must_change_password = true;
    std::optional<Instant> signed_in_at;
};

awaitable<std::optional<Listed>> find(pg::Transaction& tx, OperationId id);
/// By username, beyond the one of that id (empty: from the first).
awaitable<std::vector<Listed>> list(pg::Transaction& tx, OperationId after, int limit);
awaitable<std::optional<Staff>> find_for_update(pg::Transaction& tx, OperationId id);
/// Is nobody else who is active allowed to manage staff?
awaitable<bool> is_last_administrator(pg::Transaction& tx, OperationId id);
/// By an actor's name, `staff:<username>`.
awaitable<std::optional<Staff>> find_by_name(pg::Transaction& tx, std::string name);
enum class Inserted { yes, id_taken, username_taken };
/// With the person, made when there is none of that id.
awaitable<Inserted> insert(pg::Transaction& tx, Staff staff);
void set_status(pg::Transaction& tx, OperationId id, StaffStatus status);

/// What somebody had, when they leave.
struct HandedOver {
    std::int64_t sessions = 0, keys = 0, grants = 0, delegations = 0;
    std::vector<OperationId> clients;    ///< whose manager the successor is now
    std::vector<OperationId> approvals;  ///< claimed by the leaver, now by the successor
};
/// Ends what was theirs and gives their work to the successor; the leaver's status is `left`.
awaitable<HandedOver> hand_over(pg::Transaction& tx, OperationId leaver, OperationId successor,
                                std::string by);
/// Ends their keys; how many.
awaitable<std::int64_t> end_keys(pg::Transaction& tx, OperationId owner, std::string by);

}  // namespace cambist::office::staff
