#pragma once

#include <expected>
#include <optional>
#include <string>

#include "office/accounts/refusal.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

/// Who looks after a client: what grants are bounded by and reports ask for as it was. Pure rules.
namespace cambist::office {

struct Assignment {
    std::string region;  ///< of sales; empty: none
    std::optional<OperationId> manager, partner;

    friend bool operator==(const Assignment&, const Assignment&) = default;
};

/// What somebody wants to be different; what is not named stays.
struct AssignmentChange {
    std::optional<std::string> region{};
    std::optional<std::optional<OperationId>> manager{}, partner{};
    std::optional<Instant> from{};  ///< since when it counts; now when none
    std::string reason{};
};

/// What a change depends on; read under the client's lock.
struct AssignmentFacts {
    Assignment now;
    Instant since;               ///< when it became so
    bool manager_works = true;   ///< the new one is an active member of staff
    bool partner_known = true;   ///< so is the new partner
    bool lands_in_scope = true;  ///< whoever changes it would still see the client
    Instant clock;
};

struct AssignmentPlan {
    Assignment to;
    bool changes = true;
    bool widens = false;  ///< somebody is given the client's commission: takes an approval
};

Assignment with(Assignment now, const AssignmentChange& change);

std::expected<AssignmentPlan, AccountRefusal> review_assignment(const AssignmentChange& change,
                                                                const AssignmentFacts& facts);

}  // namespace cambist::office
