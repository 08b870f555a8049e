#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>

#include "office/approvals/approval.hpp"
#include "office/approvals/approved.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office::approvals {

using boost::asio::awaitable;

/// What became of carrying out an approval: the code with which a rule said no, or nothing.
using CarriedOut = std::optional<std::string>;
/// Carries out the words of an approval, in the transaction that gave it.
using CarryOut = std::function<awaitable<CarriedOut>(const Approved&, const Approval&)>;

struct Decided {
    Approval approval;  ///< as it is now
    CarriedOut stale;   ///< why it could not be carried out: it is closed
};

/// One engine for every sensitive act, and the only maker of `Approved`. Each function runs in the
/// caller's transaction and never commits it. A refused decision is recorded in the audit too:
/// commit after a refusal as after a success.
class Engine {
  public:
    /// Asks for agreement. Refused: reason_required, no_levels_configured, approval_pending.
    static awaitable<Outcome<Approval>> submit(pg::Transaction& tx, ApprovalRequest request,
                                               Actor maker);
    /// Decides one level; the last one carries it out. Refused as review_decision says.
    static awaitable<Outcome<Decided>> decide(pg::Transaction& tx, OperationId id,
                                              WantedDecision wanted, Actor actor, Instant now,
                                              CarryOut carry_out);
    /// Keeps others from deciding it for a while.
    static awaitable<Outcome<Approval>> claim(pg::Transaction& tx, OperationId id, Actor actor,
                                              Instant now);
    static awaitable<Outcome<Approval>> release(pg::Transaction& tx, OperationId id, Actor actor,
                                                Instant now);
    /// By its maker alone.
    static awaitable<Outcome<Approval>> withdraw(pg::Transaction& tx, OperationId id,
                                                 std::string reason, Actor actor, Instant now);
    /// Other words for the same act on the same subject: decisions made so far are void, and
    /// whoever edits does not decide.
    static awaitable<Outcome<Approval>> edit(pg::Transaction& tx, OperationId id,
                                             std::string payload, std::string reason,
                                             std::int64_t if_version, Actor actor, Instant now);
};

}  // namespace cambist::office::approvals
