#include "office/administration/delegation.hpp"

#include <array>

namespace cambist::office {
namespace {

using enum Refused::Kind;
// In the order of DelegationRefusal.
constexpr std::array<Refused, delegation_refusal_count> refusals{{
    {not_found, "unknown_delegation"},
    {invalid, "unknown_staff"},
    {invalid, "oneself"},
    {forbidden, "not_yours"},
    {conflict, "roles_conflict"},
    {invalid, "dates_invalid"},
    {conflict, "id_taken"},
    {forbidden, "needs_approval"},
}};

bool is_active(const std::optional<Staff>& staff) {
    return staff && staff->status == StaffStatus::active;
}

bool fits(const NewDelegation& delegation, Instant now) {
    return delegation.valid_from < delegation.valid_until && delegation.valid_until > now &&
           delegation.valid_until <= delegation.valid_from + longest_delegation &&
           delegation.valid_from <= now + longest_delegation;
}

}  // namespace

Refused refused_as(DelegationRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

std::expected<void, DelegationRefusal> review_new_delegation(const NewDelegation& delegation,
                                                             const NewDelegationFacts& facts) {
    using enum DelegationRefusal;
    if (!is_active(facts.from) || !is_active(facts.to))
        return std::unexpected(unknown_staff);
    if (facts.from->person == facts.to->person)
        return std::unexpected(oneself);
    if (!facts.conflicts.empty())
        return std::unexpected(roles_conflict);
    if (!fits(delegation, facts.now))
        return std::unexpected(dates_invalid);
    if (facts.id_taken)
        return std::unexpected(id_taken);
    return {};
}

}  // namespace cambist::office
