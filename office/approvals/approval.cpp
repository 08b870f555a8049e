#include "office/approvals/approval.hpp"

#include <algorithm>

#include "sync/vocabulary/planted.hpp"

namespace cambist::office {

namespace {

using enum ApprovalRefusal;

constexpr std::array<std::string_view, approval_state_count> state_names{
    "pending", "approved", "rejected", "withdrawn", "expired", "stale"};

constexpr auto not_found = Refused::Kind::not_found;
constexpr auto invalid = Refused::Kind::invalid;
constexpr auto forbidden = Refused::Kind::forbidden;
constexpr auto conflict = Refused::Kind::conflict;
// In the order of ApprovalRefusal.
constexpr std::array<Refused, approval_refusal_count> refusals{{
    {not_found, "unknown_approval"},
    {forbidden, "key_decides"},
    {conflict, "already_decided"},
    {conflict, "approval_expired"},
    {conflict, "stale_version"},
    {invalid, "remark_required"},
    {forbidden, "maker_decides"},
    {forbidden, "same_person"},
    {forbidden, "role_missing"},
    {conflict, "claimed_by_another"},
    {conflict, "subject_changed"},
    {conflict, "maker_lost_right"},
    {forbidden, "not_maker"},
    {conflict, "not_claimed"},
    {conflict, "approval_pending"},
    {conflict, "no_levels_configured"},
    {invalid, "reason_required"},
    {invalid, "edit_changes_subject"},
}};

using Allowed = std::expected<void, ApprovalRefusal>;

Allowed review_open(const Approval& approval, Instant now) {
    if (approval.state != ApprovalState::pending && !CAMBIST_PLANTED(decisions_are_replayed))
        return std::unexpected(already_decided);
    if (approval.expires_at <= now && !CAMBIST_PLANTED(expiry_is_ignored))
        return std::unexpected(approval_expired);
    return {};
}

bool is_party(const DecidingFacts& facts, const OperationId& person) {
    return std::ranges::find(facts.parties, person) != facts.parties.end();
}

bool has_decided(const DecidingFacts& facts, const OperationId& person) {
    return std::ranges::any_of(facts.decisions, [&](const ApprovalDecision& made) {
        return !made.void_since_edited && (made.person == person || made.absent_person == person);
    });
}

/// Neither the one who acts nor the one in whose place it is done may have had a part in it.
Allowed review_persons(const Approval& approval, const DecidingFacts& facts, const Actor& actor,
                       const DecidingRole& role) {
    const bool party = actor.principal == approval.maker_id || is_party(facts, actor.person) ||
                       role.absent_staff == approval.maker_id ||
                       (role.absent_person && is_party(facts, *role.absent_person));
    if (party && !CAMBIST_PLANTED(parties_decide))
        return std::unexpected(maker_decides);
    const bool again = has_decided(facts, actor.person) ||
                       (role.absent_person && has_decided(facts, *role.absent_person));
    if (again && !CAMBIST_PLANTED(one_person_counts_twice))
        return std::unexpected(same_person);
    return {};
}

/// One's own role is taken before one that is held in somebody's place.
std::expected<DecidingRole, ApprovalRefusal> choose_role(const Approval& approval,
                                                         const DecidingFacts& facts,
                                                         const Actor& actor) {
    const auto level = static_cast<std::size_t>(approval.level);
    const auto& wanted = approval.levels[std::min(level, approval.levels.size() - 1)].roles;
    // Whoever had a part in it is told so, whatever role is missing besides.
    if (const auto alone = review_persons(approval, facts, actor, {}); !alone)
        return std::unexpected(alone.error());
    std::optional<ApprovalRefusal> why;
    for (const bool own : {true, false})
        for (const DecidingRole& role : facts.roles) {
            if (role.absent_staff.has_value() == own ||
                std::ranges::find(wanted, role.role) == wanted.end())
                continue;
            const auto allowed = review_persons(approval, facts, actor, role);
            if (allowed)
                return role;
            why = allowed.error();
        }
    if (CAMBIST_PLANTED(roles_are_not_asked))
        return DecidingRole{
            .role = wanted.front(), .absent_staff = {}, .absent_person = {}, .absent_name = {}};
    return std::unexpected(why.value_or(role_missing));
}

}  // namespace

std::string_view name_of(ApprovalState state) {
    return state_names[std::size_t(state)];
}

std::optional<ApprovalState> approval_state_of(std::string_view name) {
    const auto* found = std::ranges::find(state_names, name);
    if (found == state_names.end())
        return std::nullopt;
    return static_cast<ApprovalState>(found - state_names.begin());
}

Refused refused_as(ApprovalRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

std::expected<DecisionPlan, ApprovalRefusal> review_decision(const Approval& approval,
                                                             const WantedDecision& wanted,
                                                             const DecidingFacts& facts,
                                                             const Actor& actor, Instant now) {
    if (!actor.is_staff && !CAMBIST_PLANTED(keys_decide))
        return std::unexpected(key_decides);
    if (const auto open = review_open(approval, now); !open)
        return std::unexpected(open.error());
    if (wanted.if_version != approval.version && !CAMBIST_PLANTED(versions_are_not_compared))
        return std::unexpected(stale_version);
    if (wanted.remark.empty())
        return std::unexpected(remark_required);
    const auto role = choose_role(approval, facts, actor);
    if (!role)
        return std::unexpected(role.error());
    const bool anothers = approval.claimed_by && *approval.claimed_by != actor.principal &&
                          approval.claimed_until && *approval.claimed_until > now;
    if (anothers)
        return std::unexpected(claimed_by_another);
    if (wanted.approves && facts.subject.version != approval.subject_version &&
        !CAMBIST_PLANTED(subjects_are_not_compared))
        return std::unexpected(subject_changed);
    if (wanted.approves && !facts.maker_holds && !CAMBIST_PLANTED(makers_keep_their_rights))
        return std::unexpected(maker_lost_right);
    const bool last = static_cast<std::size_t>(approval.level) + 1 >= approval.levels.size();
    return DecisionPlan{*role, wanted.approves && last};
}

std::expected<void, ApprovalRefusal> review_claim(const Approval& approval,
                                                  const DecidingFacts& facts, const Actor& actor,
                                                  Instant now) {
    if (!actor.is_staff)
        return std::unexpected(key_decides);
    if (const auto open = review_open(approval, now); !open)
        return std::unexpected(open.error());
    if (const auto role = choose_role(approval, facts, actor); !role)
        return std::unexpected(role.error());
    const bool anothers = approval.claimed_by && *approval.claimed_by != actor.principal &&
                          approval.claimed_until && *approval.claimed_until > now;
    if (anothers)
        return std::unexpected(claimed_by_another);
    return {};
}

std::expected<void, ApprovalRefusal> review_withdrawal(const Approval& approval, const Actor& actor,
                                                       Instant now) {
    if (const auto open = review_open(approval, now); !open)
        return std::unexpected(open.error());
    if (actor.principal != approval.maker_id)
        return std::unexpected(not_maker);
    return {};
}

}  // namespace cambist::office
