#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "office/audit/refused.hpp"
#include "office/staff/api_key.hpp"
#include "office/staff/staff.hpp"

namespace cambist::office {

/// A key that somebody asks for. Its owner takes its text, and it never does more than its owner
/// may do at that moment.
struct NewKey {
    std::string name;
    OperationId owner;
    std::vector<std::string> permissions;
    ClientScope scope;
    Instant expires_at;
};

constexpr std::chrono::hours longest_key_life{24 * 366};

/// Why something about a key is refused, in order of precedence.
enum class KeyRefusal : std::uint8_t {
    unknown_key,
    unknown_owner,  ///< nobody active
    permission_unknown,
    permission_for_people,  ///< keys never approve
    permission_not_held,    ///< the owner does not hold it for all of the scope
    expiry_invalid,         ///< in the past, or more than a year ahead
    not_collectable,        ///< by its owner alone, once, within three days
    needs_approval,
};
constexpr int key_refusal_count = 8;
Refused refused_as(KeyRefusal refusal);

struct NewKeyFacts {
    std::optional<Staff> owner;
    std::vector<std::string> not_held;  ///< by the owner, for all of the scope
    Instant now;
};
std::expected<void, KeyRefusal> review_new_key(const NewKey& key, const NewKeyFacts& facts);

}  // namespace cambist::office
