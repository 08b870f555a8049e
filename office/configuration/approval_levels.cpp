#include "office/configuration/approval_levels.hpp"

#include <algorithm>

#include "office/staff/permission.hpp"

namespace cambist::office {

namespace {

constexpr std::size_t most_actions = 200, most_levels = 10, most_roles = 20, longest_name = 60;
constexpr std::int64_t most_hours = 24 * 30;
constexpr std::string_view four_eyes = "four_eyes_needed";

/// `decided`: somebody can decide every level of the act as it is in force.
void review_roles(const DocumentReader& roles, const KnownNames& known, bool decided) {
    KnownNames::Names named;
    const auto count = roles.each_item(most_roles, [&](const DocumentReader& item) {
        const auto role = item.text(longest_name);
        if (role && !named.insert(*role).second)
            item.refuse("repeated");
        if (!role || !known.deciding_roles.contains(*role))
            item.refuse(four_eyes);
    });
    const auto is_held = [&](const std::string& role) { return known.held_roles.contains(role); };
    if (count == 0)
        roles.refuse(four_eyes);
    else if (decided && std::ranges::none_of(named, is_held))
        roles.refuse("removes_the_last_approver");
}

void review_levels(const DocumentReader& levels, const KnownNames& known, bool decided) {
    const auto count = levels.each_item(most_levels, [&](const DocumentReader& level) {
        level.only({"roles"});
        if (const auto roles = level.required("roles"))
            review_roles(*roles, known, decided);
    });
    if (count == 0)
        levels.refuse(four_eyes);
}

}  // namespace

DocumentProblems review_approval_levels(const boost::json::value& document, const KnownNames& known,
                                        const KnownNames::Names& actions) {
    DocumentProblems problems;
    const DocumentReader top(document, problems);
    top.only({"expires_hours", "actions"});
    if (const auto hours = top.required("expires_hours"))
        hours->integer(1, most_hours);
    const auto listed = top.required("actions");
    if (!listed) {
        top.refuse(four_eyes);
        return problems;
    }
    listed->each_member(most_actions, [&](std::string_view action, const DocumentReader& rule) {
        if (!is_known_permission(action))
            rule.refuse("unknown_action");
        rule.only({"levels"});
        if (const auto levels = rule.required("levels"))
            review_levels(*levels, known, known.decided_acts.contains(action));
    });
    for (const std::string& action : actions)
        if (!listed->optional(action))
            problems.push_back({member_path(listed->path(), action), four_eyes});
    return problems;
}

}  // namespace cambist::office
