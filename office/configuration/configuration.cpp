#include "office/configuration/configuration.hpp"

#include <algorithm>
#include <array>

namespace cambist::office {

namespace {

using enum ConfigurationRefusal;

constexpr auto not_found = Refused::Kind::not_found;
constexpr auto invalid = Refused::Kind::invalid;
constexpr auto forbidden = Refused::Kind::forbidden;
constexpr auto conflict = Refused::Kind::conflict;
// In the order of ConfigurationRefusal.
constexpr std::array<Refused, configuration_refusal_count> refusals{{
    {not_found, "unknown_configuration"},
    {forbidden, "scope_too_narrow"},
    {conflict, "stale_version"},
    {invalid, "reason_required"},
    {invalid, "four_eyes_needed"},
    {invalid, "invalid_document"},
    {conflict, "unchanged"},
    {forbidden, "needs_approval"},
}};

}  // namespace

Refused refused_as(ConfigurationRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

std::expected<std::vector<Difference>, NotChanged> review_change(const ConfigurationVersion& now,
                                                                 const ConfigurationChange& change,
                                                                 DocumentProblems problems) {
    if (change.if_version && *change.if_version != now.version)
        return std::unexpected(NotChanged{stale_version});
    if (change.reason.empty())
        return std::unexpected(NotChanged{reason_required});
    if (!problems.empty()) {
        const bool by_one = std::ranges::any_of(problems, [](const DocumentProblem& problem) {
            return problem.code == refused_as(four_eyes_needed).code;
        });
        return std::unexpected(
            NotChanged{by_one ? four_eyes_needed : invalid_document, std::move(problems)});
    }
    auto changed = differences(now.document, change.document);
    if (changed.empty())
        return std::unexpected(NotChanged{unchanged});
    return changed;
}

}  // namespace cambist::office
