#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/approvals/approval.hpp"
#include "office/pg/transaction.hpp"

/// The only SQL of approvals. Rows outside the acting scope are not there.
namespace cambist::office::approvals {

using boost::asio::awaitable;

/// How an action is agreed to, as configured now; no levels: nobody can agree to it.
struct Configured {
    std::vector<ApprovalLevel> levels;
    std::int64_t expires_hours = 24;
};
awaitable<Configured> configured(pg::Transaction& tx, std::string action);

/// Locks the subject.
awaitable<SubjectState> subject_state(pg::Transaction& tx, std::string subject);

/// False when the same act on the same subject waits already.
awaitable<bool> insert(pg::Transaction& tx, Approval approval, std::int64_t expires_hours,
                       OperationId maker_person);
awaitable<std::optional<Approval>> find(pg::Transaction& tx, OperationId id);
awaitable<std::optional<Approval>> find_for_update(pg::Transaction& tx, OperationId id);
/// The one that waits for that act on that subject.
awaitable<std::optional<OperationId>> waiting(pg::Transaction& tx, std::string action,
                                              std::string subject);
awaitable<std::vector<ApprovalDecision>> decisions(pg::Transaction& tx, OperationId id);
/// What a decision depends on; needs the approval's lock.
awaitable<DecidingFacts> deciding_facts(pg::Transaction& tx, Approval approval);

void add_decision(pg::Transaction& tx, const Approval& approval, const WantedDecision& wanted,
                  const DecisionPlan& plan, const Actor& actor);
void complete_level(pg::Transaction& tx, OperationId id);
void close(pg::Transaction& tx, OperationId id, ApprovalState state, const std::string& by,
           std::string_view code);
void claim(pg::Transaction& tx, OperationId id, std::optional<OperationId> by,
           std::optional<Instant> until);
/// Other words: earlier decisions are void, and the editor is a party from now on.
void edit(pg::Transaction& tx, const Approval& approval, const std::string& payload,
          const std::string& subject_version, OperationId editor_person);

/// From here on everything can be undone, without giving the transaction up.
awaitable<void> begin_trial(pg::Transaction& tx);
awaitable<void> undo_trial(pg::Transaction& tx);

struct ApprovalFilter {
    std::optional<ApprovalState> state;
    bool mine = false;            ///< asked for by the acting principal
    std::string action, subject;  ///< empty: any
};
/// Oldest first, after (requested_at, id).
awaitable<std::vector<Approval>> list(pg::Transaction& tx, ApprovalFilter filter, Instant after,
                                      OperationId after_id, int limit);

}  // namespace cambist::office::approvals
