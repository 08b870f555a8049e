#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "office/audit/refused.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

enum class StaffStatus : std::uint8_t { active, suspended, left };
std::string_view name_of(StaffStatus status);
std::optional<StaffStatus> staff_status_from(std::string_view name);

/// Somebody of the broker who signs in.
struct Staff {
    OperationId id, person;
    std::string username, name;
    StaffStatus status = StaffStatus::active;
    std::int64_t version = 1;
    Instant created_at;
    std::optional<Instant> left_at;
};

/// Why something about a member of staff is refused, in order of precedence.
enum class StaffRefusal : std::uint8_t {
    unknown_staff,
    unknown_successor,
    unknown_session,
    unknown_device,
    stale_version,
    oneself,       ///< nobody suspends, resets or dismisses their own account
    already_left,  ///< for good
    not_suspended,
    successor_invalid,  ///< somebody active, and somebody else
    last_administrator,
    username_invalid,
    username_taken,
    id_taken,
    not_issuable,  ///< a temporary password is given to whoever made the account or may reset it
    needs_approval,
};
constexpr int staff_refusal_count = 15;
Refused refused_as(StaffRefusal refusal);

/// Small letters, digits, dot, dash and underscore; 2 to 63 characters, the first a letter or
/// digit.
bool is_username(std::string_view text);

/// What decides about a change of status.
struct StatusFacts {
    bool of_oneself = false;
    bool last_administrator = false;  ///< nobody else who is active may manage staff
};
/// Suspending and dismissing narrow, resuming widens.
std::expected<void, StaffRefusal> review_suspension(const Staff& staff, const StatusFacts& facts);
std::expected<void, StaffRefusal> review_resumption(const Staff& staff, const StatusFacts& facts);
std::expected<void, StaffRefusal> review_leaving(const Staff& staff, const StatusFacts& facts,
                                                 const std::optional<Staff>& successor);

}  // namespace cambist::office
