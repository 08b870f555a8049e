#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sync/vocabulary/instant.hpp"

namespace cambist::office {

/// How attempts that fail slow the next ones down. The first few cost nothing, then each doubles
/// the wait up to a bound; what is refused unread counts for nothing, so that nobody locks
/// somebody out for longer than the bound.
struct ThrottleRule {
    std::int64_t free_failures = 5;
    std::chrono::seconds first_wait{1};
    std::chrono::seconds longest_wait{900};
    std::chrono::seconds forgotten_after{3600};  ///< of the last failure
};

/// What failed for one account, one known device or one address.
struct FailureCounter {
    std::int64_t failures = 0;
    Instant last_failed;
    Instant free_at;  ///< before it nothing is tried
};

/// How long the next attempt has to wait; nothing: it may be made now.
std::optional<std::chrono::nanoseconds> wait_of(const FailureCounter& counter, Instant now);
/// After one more attempt. It is counted before it is read, and taken back when it was right: so
/// of many at once none slips through.
FailureCounter after_attempt(const FailureCounter& counter, const ThrottleRule& rule, Instant now);
/// An attempt that was right does not speak for the others of its address.
FailureCounter taken_back(const FailureCounter& counter, const ThrottleRule& rule, Instant now);

/// The limits of signing in.
struct SignInLimits {
    /// By username, whether it exists or not, for browsers that are not known.
    ThrottleRule account;
    /// From a browser that this account used before: whoever tries an account from elsewhere does
    /// not slow down its owner.
    ThrottleRule device{.free_failures = 10};
    ThrottleRule address{.free_failures = 30};
    /// So many accounts failing from one address within `forgotten_after` of the address are stolen
    /// passwords being tried: the address waits the longest wait at once.
    std::int64_t most_accounts = 10;
};

/// The address's counter when attempts for so many accounts failed from it.
FailureCounter with_spread(const FailureCounter& address, std::int64_t accounts,
                           const SignInLimits& limits, Instant now);

}  // namespace cambist::office
