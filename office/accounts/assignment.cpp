#include "office/accounts/assignment.hpp"

namespace cambist::office {

using enum AccountRefusal;

Assignment with(Assignment now, const AssignmentChange& change) {
    now.region = change.region.value_or(now.region);
    now.manager = change.manager.value_or(now.manager);
    now.partner = change.partner.value_or(now.partner);
    return now;
}

std::expected<AssignmentPlan, AccountRefusal> review_assignment(const AssignmentChange& change,
                                                                const AssignmentFacts& facts) {
    AssignmentPlan plan{.to = with(facts.now, change)};
    if (!facts.manager_works)
        return std::unexpected(unknown_manager);
    if (!facts.partner_known)
        return std::unexpected(unknown_partner);
    plan.changes = plan.to != facts.now;
    if (!plan.changes)
        return plan;
    if (change.from && (*change.from > facts.clock || *change.from <= facts.since))
        return std::unexpected(assignment_from_invalid);
    if (!facts.lands_in_scope)
        return std::unexpected(out_of_scope);
    plan.widens = plan.to.partner != facts.now.partner;
    return plan;
}

}  // namespace cambist::office
