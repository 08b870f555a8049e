#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "office/audit/refused.hpp"
#include "office/staff/staff.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office {

/// What became of the code that was shown.
enum class SecondFactor : std::uint8_t {
    not_set_up,
    missing,
    right,
    recovery,  ///< a recovery code that was not used before
    used,
    wrong,
};

/// Everything that decides whether somebody is let in.
struct SignInFacts {
    bool account_known = false;
    bool password_right = false;
    StaffStatus status = StaffStatus::active;
    bool password_expired = false;  ///< a temporary one, too old
    bool must_change_password = false;
    SecondFactor second_factor = SecondFactor::not_set_up;
};

/// Why somebody is not let in, in order of precedence: for the record. Whoever tried is told the
/// same in every case.
enum class SignInRefusal : std::uint8_t {
    unknown_username,
    wrong_password,
    suspended,
    left,
    password_expired,
    code_missing,
    code_used,
    wrong_code,
};
std::string_view name_of(SignInRefusal refusal);
/// One code for all of them: sign_in_refused.
Refused refused_as(SignInRefusal refusal);

/// What a session may do: everything that its owner may, or nothing but set a password of the
/// owner's own and a second factor.
enum class SessionState : std::uint8_t { enrolling, active };
std::string_view name_of(SessionState state);

std::expected<SessionState, SignInRefusal> review_sign_in(const SignInFacts& facts);

/// What was known about an account before somebody signed in to it.
struct SignInHistory {
    bool device_known = false;
    bool country_known = false;  ///< it was signed in to from there, or the country is not known
    std::int64_t failures = 0;   ///< since the last success, of account and device
    std::optional<Instant> last_sign_in;
    bool privileged = false;  ///< may decide approvals or manage staff
    bool recovery_code = false;
};

struct AbnormalRule {
    std::int64_t burst = 5;
    std::chrono::hours dormant_after{24 * 30};
};

/// Everything that the record may call unusual.
constexpr std::string_view sign_in_flags[] = {"new_device",    "new_country",
                                              "burst",         "dormant_privileged",
                                              "recovery_code", "credential_stuffing"};

/// What is unusual about a sign-in that went well. The first of all has nothing to differ from.
std::vector<std::string_view> abnormalities(const SignInHistory& history, const AbnormalRule& rule,
                                            Instant now);

}  // namespace cambist::office
