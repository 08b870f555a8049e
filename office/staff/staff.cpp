#include "office/staff/staff.hpp"

#include <algorithm>
#include <array>

namespace cambist::office {
namespace {

using enum Refused::Kind;
// In the order of StaffRefusal.
constexpr std::array<Refused, staff_refusal_count> refusals{{
    {not_found, "unknown_staff"},
    {invalid, "unknown_successor"},
    {not_found, "unknown_session"},
    {not_found, "unknown_device"},
    {conflict, "stale_version"},
    {forbidden, "oneself"},
    {conflict, "already_left"},
    {conflict, "not_suspended"},
    {invalid, "successor_invalid"},
    {conflict, "last_administrator"},
    {invalid, "username_invalid"},
    {conflict, "username_taken"},
    {conflict, "id_taken"},
    {forbidden, "not_issuable"},
    {forbidden, "needs_approval"},
}};
constexpr std::array<std::string_view, 3> statuses{"active", "suspended", "left"};

std::expected<void, StaffRefusal> review_removal(const Staff& staff, const StatusFacts& facts) {
    using enum StaffRefusal;
    if (facts.of_oneself)
        return std::unexpected(oneself);
    if (staff.status == StaffStatus::left)
        return std::unexpected(already_left);
    if (facts.last_administrator)
        return std::unexpected(last_administrator);
    return {};
}

}  // namespace

std::string_view name_of(StaffStatus status) {
    return statuses[std::size_t(status)];
}

std::optional<StaffStatus> staff_status_from(std::string_view name) {
    const auto found = std::ranges::find(statuses, name);
    if (found == statuses.end())
        return std::nullopt;
    return StaffStatus(found - statuses.begin());
}

Refused refused_as(StaffRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

bool is_username(std::string_view text) {
    const auto small = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto fits = [&](char c) { return small(c) || c == '.' || c == '-' || c == '_'; };
    return text.size() >= 2 && text.size() <= 63 && small(text.front()) &&
           std::ranges::all_of(text, fits);
}

std::expected<void, StaffRefusal> review_suspension(const Staff& staff, const StatusFacts& facts) {
    return review_removal(staff, facts);
}

std::expected<void, StaffRefusal> review_resumption(const Staff& staff, const StatusFacts& facts) {
    using enum StaffRefusal;
    if (facts.of_oneself)
        return std::unexpected(oneself);
    if (staff.status == StaffStatus::left)
        return std::unexpected(already_left);
    if (staff.status == StaffStatus::active)
        return std::unexpected(not_suspended);
    return {};
}

std::expected<void, StaffRefusal> review_leaving(const Staff& staff, const StatusFacts& facts,
                                                 const std::optional<Staff>& successor) {
    using enum StaffRefusal;
    if (!successor)
        return std::unexpected(unknown_successor);
    if (auto removed = review_removal(staff, facts); !removed)
        return removed;
    if (successor->id == staff.id || successor->status != StaffStatus::active)
        return std::unexpected(successor_invalid);
    return {};
}

}  // namespace cambist::office
