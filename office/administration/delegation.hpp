#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "office/audit/refused.hpp"
#include "office/staff/staff.hpp"

namespace cambist::office {

/// Somebody decides approvals in another's place between two moments, with that one's scopes.
struct NewDelegation {
    OperationId id, to;
    Instant valid_from, valid_until;
    std::string reason;
};

struct Delegation {
    OperationId id, from, to;
    std::string from_username, to_username;
    Instant valid_from, valid_until;
    std::string reason;
    std::optional<OperationId> approval;
    std::string ended_by;
    std::optional<Instant> ended_at;
};

constexpr std::chrono::hours longest_delegation{24 * 92};

/// Why something about a delegation is refused, in order of precedence.
enum class DelegationRefusal : std::uint8_t {
    unknown_delegation,
    unknown_staff,   ///< nobody active
    oneself,         ///< nobody stands in for themselves, by another account of theirs either
    not_yours,       ///< ended by whoever gave it, whoever has it, or whoever manages staff
    roles_conflict,  ///< a role of the one must be somebody else's than the other's
    dates_invalid,   ///< over already, the wrong way round, or longer than 92 days
    id_taken,
    needs_approval,
};
constexpr int delegation_refusal_count = 8;
Refused refused_as(DelegationRefusal refusal);

struct NewDelegationFacts {
    std::optional<Staff> from, to;
    std::vector<std::string> conflicts;
    bool id_taken = false;
    Instant now;
};
std::expected<void, DelegationRefusal> review_new_delegation(const NewDelegation& delegation,
                                                             const NewDelegationFacts& facts);

}  // namespace cambist::office
