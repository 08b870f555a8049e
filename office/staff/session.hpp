#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "office/staff/sign_in.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office {

/// How long a session lives, by the database's clock, which all gateways share.
struct SessionLimits {
    std::chrono::seconds idle{15 * 60};  ///< without a request of a person's own
    std::chrono::seconds absolute{12 * 3600};
    std::chrono::seconds step_up{5 * 60};  ///< how long a shown code lets sensitive acts pass

    /// A session's end is written anew when so much of its idle time has passed, not at each
    /// request: it ends at most so much early, never late.
    std::chrono::seconds granularity() const {
        return std::max(idle / 15, std::chrono::seconds(1));
    }
};

/// A session as it stands in the database when a request shows its token.
struct SessionStanding {
    SessionState state = SessionState::active;
    bool ended = false;
    std::int64_t version = 0, current_version = 0;  ///< of its owner's security
    StaffStatus owner = StaffStatus::active;
    Instant idle_expires_at, absolute_expires_at;
    std::optional<Instant> stepped_up_at;
};

/// May it still be used? Whatever ended it, whoever shows it is told the same.
bool is_alive(const SessionStanding& session, Instant now);
/// Was a code shown lately enough for a sensitive act?
bool is_stepped_up(const SessionStanding& session, const SessionLimits& limits, Instant now);

/// The cookies of a browser; the prefix makes browsers keep them to this host, TLS and no script.
constexpr std::string_view session_cookie = "__Host-cambist_session";
constexpr std::string_view device_cookie = "__Host-cambist_device";

}  // namespace cambist::office
