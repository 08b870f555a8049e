#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "office/audit/refused.hpp"
#include "office/staff/api_key.hpp"
#include "office/staff/staff.hpp"

namespace cambist::office {

/// A job of the broker's people, as the database describes it.
struct Role {
    std::string name, describe;
    std::vector<std::string> permissions;
    std::vector<std::string> grantable;  ///< roles that whoever holds it may ask to be granted
    std::vector<std::string> conflicts;  ///< roles that the same person may not hold beside it
};

/// A role for some clients and some time, as somebody asks for it.
struct NewGrant {
    OperationId id, staff;
    std::string role;
    ClientScope scope;
    std::optional<Instant> expires_at;
};

/// The same as it was given.
struct Grant {
    OperationId id, staff;
    std::string role;
    ClientScope scope;
    std::string granted_by;
    Instant granted_at;
    std::optional<OperationId> approval;
    std::optional<Instant> expires_at;
    std::string revoked_by;
    std::optional<Instant> revoked_at;
};

/// Why something about a grant is refused, in order of precedence.
enum class GrantRefusal : std::uint8_t {
    unknown_grant,
    unknown_staff,  ///< nobody active
    unknown_role,
    unknown_partner,
    oneself,         ///< nobody gives roles to themselves
    not_grantable,   ///< whoever asks does not hold it with the grant option for all of the scope
    roles_conflict,  ///< the person holds a role that must be somebody else's: separation of duties
    already_granted,
    id_taken,
    expiry_invalid,
    last_administrator,
    needs_approval,
};
constexpr int grant_refusal_count = 12;
Refused refused_as(GrantRefusal refusal);

struct NewGrantFacts {
    std::optional<Staff> staff, asked_by;
    bool role_known = false, partner_known = false;
    bool grantable = false;              ///< whoever asks holds it so, for all of the scope
    std::vector<std::string> conflicts;  ///< roles of the same person that do not go with it
    bool already_granted = false, id_taken = false;
    Instant now;
};
std::expected<void, GrantRefusal> review_new_grant(const NewGrant& grant,
                                                   const NewGrantFacts& facts);

}  // namespace cambist::office
