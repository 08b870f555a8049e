#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "office/audit/refused.hpp"
#include "office/configuration/document.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

/// The broker's rules as documents: each change is a new version of one. Pure rules.
namespace cambist::office {

/// One version of a document, as it was decided; the highest is in force.
struct ConfigurationVersion {
    std::string name;
    std::int64_t version = 0;
    boost::json::value document;
    std::string author, reason;
    std::optional<OperationId> approval;   ///< none: as delivered
    std::vector<std::string> approvers{};  ///< usernames, in the order of their decisions
    Instant at;

    std::string subject() const { return "configuration:" + name; }
};

/// What documents may name, as the office knows it at that moment.
struct KnownNames {
    using Names = std::set<std::string, std::less<>>;
    Names roles;
    Names deciding_roles;  ///< those that may decide approvals
    Names held_roles;      ///< those of them that somebody holds now, or stands in for
    Names decided_acts;    ///< acts whose every level somebody can decide, as is in force
    Names legal_entities;
    Names zones;  ///< of the IANA database, as PostgreSQL has it
};

/// What somebody wants a document to be.
struct ConfigurationChange {
    boost::json::value document;
    std::string reason;
    std::optional<std::int64_t> if_version{};  ///< the version that was edited
};

/// Why a change is refused, in order of precedence.
enum class ConfigurationRefusal : std::uint8_t {
    unknown_configuration,
    scope_too_narrow,  ///< the caller's scope has bounds, and the document has none
    stale_version,     ///< it changed since the caller looked
    reason_required,
    four_eyes_needed,  ///< some act could be carried out by one person, or by nobody at all
    invalid_document,
    unchanged,
    needs_approval,
};
constexpr int configuration_refusal_count = 8;
Refused refused_as(ConfigurationRefusal refusal);

/// A change that is not made, and every place of the document that stands against it.
struct NotChanged {
    ConfigurationRefusal why;
    DocumentProblems problems{};
};

/// Judges a change of what is in force, but for the authority. `problems`: of its document.
/// Gives what would change.
std::expected<std::vector<Difference>, NotChanged> review_change(const ConfigurationVersion& now,
                                                                 const ConfigurationChange& change,
                                                                 DocumentProblems problems);

}  // namespace cambist::office
