#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/audit/actor.hpp"
#include "office/audit/refused.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

/// A sensitive act that waits for other people than its maker. Pure rules.
namespace cambist::office {

/// pending: waits; approved: carried out; stale: its subject changed or it could not be carried out
/// any more. Nothing leaves any state but pending.
enum class ApprovalState : std::uint8_t {
    pending,
    approved,
    rejected,
    withdrawn,
    expired,
    stale,
};
constexpr int approval_state_count = 6;
std::string_view name_of(ApprovalState state);
std::optional<ApprovalState> approval_state_of(std::string_view name);

using PayloadHash = std::array<std::byte, 32>;

/// One step of agreement: somebody who holds one of these roles.
struct ApprovalLevel {
    std::vector<std::string> roles;
};

/// What somebody wants to be done.
struct ApprovalRequest {
    OperationId id;
    std::string action;   ///< the permission of the route that would do it
    std::string subject;  ///< e.g. client:<uuid>; one action waits once a subject
    std::string payload;  ///< the request to carry out, word for word
    std::string reason;
};

/// How a subject stands; another version makes what is asked stale.
struct SubjectState {
    bool known = false;
    std::string version;
    std::optional<OperationId> client;
};

struct Approval {
    ApprovalRequest request;
    std::string subject_version;
    std::optional<OperationId> client;
    PayloadHash payload_hash{};
    std::string maker;
    OperationId maker_id;
    std::vector<ApprovalLevel> levels;
    ApprovalState state = ApprovalState::pending;
    int level = 0;  ///< how many are complete
    std::int64_t version = 1;
    std::optional<OperationId> claimed_by;
    std::string claimed_by_name;
    std::optional<Instant> claimed_until;
    Instant requested_at, expires_at;
    std::optional<Instant> closed_at;
    std::string closed_by, closed_code;

    std::string name() const { return "approval:" + request.id.uuid(); }
};

/// One decision that was made.
struct ApprovalDecision {
    int level = 0;
    bool approves = true;
    std::string staff, on_behalf_of, role, remark;
    OperationId person;
    std::optional<OperationId> absent_person;  ///< in whose place
    Instant at;
    bool void_since_edited = false;
};

/// A role in which somebody may decide this approval now, its own or another's in whose place.
struct DecidingRole {
    std::string role;
    std::optional<OperationId> absent_staff, absent_person;
    std::string absent_name;
};

/// Everything that a decision depends on; read under the approval's lock.
struct DecidingFacts {
    std::vector<OperationId> parties;  ///< persons: maker, editors, sources
    std::vector<ApprovalDecision> decisions;
    std::vector<DecidingRole> roles;
    SubjectState subject;
    bool maker_holds = true;  ///< the maker still has the permission for this client
};

struct WantedDecision {
    bool approves = true;
    std::string remark;
    std::int64_t if_version = 0;  ///< the version that was looked at
};

/// Why something about an approval is refused, in order of precedence.
enum class ApprovalRefusal : std::uint8_t {
    unknown_approval,
    key_decides,      ///< never by API key
    already_decided,  ///< it is not pending any more
    approval_expired,
    stale_version,  ///< it changed since the caller looked
    remark_required,
    maker_decides,  ///< maker, editor or source of its facts
    same_person,    ///< decided an earlier level, or stands in for somebody who did
    role_missing,   ///< holds no role that this level asks for, for this client, now
    claimed_by_another,
    subject_changed,   ///< since it was asked for
    maker_lost_right,  ///< to ask for it
    not_maker,         ///< only its maker may withdraw it
    not_claimed,
    approval_pending,  ///< the same act on the same subject waits already
    no_levels_configured,
    reason_required,
    edit_changes_subject,
};
constexpr int approval_refusal_count = 18;
Refused refused_as(ApprovalRefusal refusal);

/// A decision that stands.
struct DecisionPlan {
    DecidingRole role;
    bool completes = false;  ///< the last level: it is carried out now
};

/// May this actor decide so? `stale` is not a refusal of the actor: the caller closes the approval.
std::expected<DecisionPlan, ApprovalRefusal> review_decision(const Approval& approval,
                                                             const WantedDecision& wanted,
                                                             const DecidingFacts& facts,
                                                             const Actor& actor, Instant now);

std::expected<void, ApprovalRefusal> review_claim(const Approval& approval,
                                                  const DecidingFacts& facts, const Actor& actor,
                                                  Instant now);
std::expected<void, ApprovalRefusal> review_withdrawal(const Approval& approval, const Actor& actor,
                                                       Instant now);

}  // namespace cambist::office
