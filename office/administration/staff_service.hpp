#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "office/approvals/approved.hpp"
#include "office/pg/transaction.hpp"
#include "office/staff/staff_store.hpp"

/// Use cases of staff, as in office/README.md.
namespace cambist::office {

using boost::asio::awaitable;

/// How long a temporary password may be taken, and then opens the account.
constexpr std::chrono::hours issuable_for{72}, temporary_password_lasts{72};

/// Adds somebody without any role or password; a temporary password is the actor's to take.
/// Refused: username_invalid, id_taken, username_taken.
awaitable<Outcome<Staff>> add_staff(pg::Transaction& tx, Staff staff, Actor actor);

/// Ends every session at once, and keys while it lasts. Refused as review_suspension says, and
/// unknown_staff.
awaitable<Outcome<Staff>> suspend_staff(pg::Transaction& tx, OperationId id, std::string reason,
                                        Actor actor);
/// Widens. Refused as review_resumption says, unknown_staff, needs_approval.
awaitable<Outcome<Staff>> resume_staff(pg::Transaction& tx, OperationId id, std::string reason,
                                       Authority authority);

struct Left {
    Staff staff;
    staff::HandedOver handed;
};
/// For good: sessions, keys, grants and delegations end; clients and claimed approvals are the
/// successor's. Refused as review_leaving says, and unknown_staff.
awaitable<Outcome<Left>> dismiss_staff(pg::Transaction& tx, OperationId id, OperationId successor,
                                       std::string reason, Actor actor);

/// No password opens the account until its maker took a temporary one; sessions and keys end. The
/// second factor stays unless it is lost too. Widens, for whoever resets could take the account.
/// Refused: unknown_staff, oneself, already_left, needs_approval.
awaitable<Outcome<Staff>> reset_password(pg::Transaction& tx, OperationId id,
                                         bool second_factor_too, std::string reason,
                                         Authority authority);

/// Sets a temporary password, hashed by the caller, once. Refused: unknown_staff, not_issuable.
awaitable<Outcome<Staff>> issue_temporary_password(pg::Transaction& tx, OperationId id,
                                                   std::string hash, Actor actor);

/// Refused: unknown_staff, unknown_session.
awaitable<Outcome<void>> end_session_of(pg::Transaction& tx, OperationId staff, OperationId session,
                                        std::string reason, Actor actor);

}  // namespace cambist::office
