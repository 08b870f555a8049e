#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "sync/vocabulary/instant.hpp"

namespace cambist::office {

/// What a phone's authenticator shares with us (RFC 6238: SHA-1, 30 seconds, 6 digits).
struct TotpSecret {
    std::array<std::byte, 20> bytes{};

    static TotpSecret random();
    static std::optional<TotpSecret> from_base32(std::string_view text);
    /// 32 letters and digits, as it is typed into a phone.
    std::string base32() const;
};

constexpr std::chrono::seconds totp_period{30};

/// Which period an instant lies in, counted from 1970.
std::int64_t totp_step_at(Instant now);
/// The six digits of one step.
std::string totp_code(const TotpSecret& secret, std::int64_t step);

enum class TotpRefusal : std::uint8_t {
    malformed,  ///< not six ASCII digits
    wrong,
    used,  ///< of a step whose code, or a later one's, was used before
};

/// The step that the code belongs to: the present one or the one before, since a person types
/// slowly and a phone's clock is late, so a code lives at most 60 seconds; never one of the future.
/// Each step counts once: it must be beyond `last_step`.
std::expected<std::int64_t, TotpRefusal> judge_totp(const TotpSecret& secret, std::string_view code,
                                                    Instant now, std::int64_t last_step);

/// What an authenticator reads from a picture: otpauth://totp/...
std::string otpauth_uri(const TotpSecret& secret, std::string_view username);

}  // namespace cambist::office
