#include "office/administration/grant.hpp"

#include <array>

namespace cambist::office {
namespace {

using enum Refused::Kind;
// In the order of GrantRefusal.
constexpr std::array<Refused, grant_refusal_count> refusals{{
    {not_found, "unknown_grant"},
    {not_found, "unknown_staff"},
    {invalid, "unknown_role"},
    {invalid, "unknown_partner"},
    {forbidden, "oneself"},
    {forbidden, "not_grantable"},
    {conflict, "roles_conflict"},
    {conflict, "already_granted"},
    {conflict, "id_taken"},
    {invalid, "expiry_invalid"},
    {conflict, "last_administrator"},
    {forbidden, "needs_approval"},
}};

/// Two accounts of one person are one.
bool are_one(const std::optional<Staff>& one, const std::optional<Staff>& other) {
    return one && other && one->person == other->person;
}

}  // namespace

Refused refused_as(GrantRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

std::expected<void, GrantRefusal> review_new_grant(const NewGrant& grant,
                                                   const NewGrantFacts& facts) {
    using enum GrantRefusal;
    if (!facts.staff || facts.staff->status != StaffStatus::active)
        return std::unexpected(unknown_staff);
    if (!facts.role_known)
        return std::unexpected(unknown_role);
    if (grant.scope.partner && !facts.partner_known)
        return std::unexpected(unknown_partner);
    if (are_one(facts.staff, facts.asked_by))
        return std::unexpected(oneself);
    if (!facts.grantable)
        return std::unexpected(not_grantable);
    if (!facts.conflicts.empty())
        return std::unexpected(roles_conflict);
    if (facts.already_granted)
        return std::unexpected(already_granted);
    if (facts.id_taken)
        return std::unexpected(id_taken);
    if (grant.expires_at && *grant.expires_at <= facts.now)
        return std::unexpected(expiry_invalid);
    return {};
}

}  // namespace cambist::office
