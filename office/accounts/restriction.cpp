#include "office/accounts/restriction.hpp"

#include <algorithm>
#include <array>

#include "office/accounts/name_table.hpp"

namespace cambist::office {

namespace {

constexpr std::array<std::string_view, cause_count> names{"document_expired",  "review",
                                                          "abnormal_activity", "chargeback_dispute",
                                                          "sanctions_match",   "authority_freeze"};
constexpr std::array<std::string_view, cause_count> public_names{
    "document_expired", "review", "review", "review", "review", "authority_freeze"};

}  // namespace

std::vector<Cause> CauseSet::list() const {
    std::vector<Cause> causes;
    for (int at = 0; at < cause_count; ++at)
        if (has(Cause(at)))
            causes.push_back(Cause(at));
    return causes;
}

std::string_view name_of(Cause cause) {
    return names[std::size_t(cause)];
}

std::vector<std::string_view> public_names_of(CauseSet causes) {
    std::vector<std::string_view> told;
    for (const Cause cause : causes.list()) {
        const std::string_view name = public_names[std::size_t(cause)];
        if (std::ranges::find(told, name) == told.end())
            told.push_back(name);
    }
    return told;
}

std::optional<Cause> cause_of(std::string_view name) {
    return enumerator_of<Cause>(names, name);
}

}  // namespace cambist::office
