#include "office/administration/key.hpp"

#include <algorithm>
#include <array>

#include "office/staff/permission.hpp"

namespace cambist::office {
namespace {

using enum Refused::Kind;
// In the order of KeyRefusal.
constexpr std::array<Refused, key_refusal_count> refusals{{
    {not_found, "unknown_key"},
    {invalid, "unknown_owner"},
    {invalid, "permission_unknown"},
    {invalid, "permission_for_people"},
    {forbidden, "permission_not_held"},
    {invalid, "expiry_invalid"},
    {forbidden, "not_collectable"},
    {forbidden, "needs_approval"},
}};

}  // namespace

Refused refused_as(KeyRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

std::expected<void, KeyRefusal> review_new_key(const NewKey& key, const NewKeyFacts& facts) {
    using enum KeyRefusal;
    if (!facts.owner || facts.owner->status != StaffStatus::active)
        return std::unexpected(unknown_owner);
    if (key.permissions.empty() || !std::ranges::all_of(key.permissions, is_known_permission))
        return std::unexpected(permission_unknown);
    if (std::ranges::any_of(key.permissions, is_for_people_alone))
        return std::unexpected(permission_for_people);
    if (!facts.not_held.empty())
        return std::unexpected(permission_not_held);
    if (key.expires_at <= facts.now || key.expires_at > facts.now + longest_key_life)
        return std::unexpected(expiry_invalid);
    return {};
}

}  // namespace cambist::office
