#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>

#include "office/staff/attempt_store.hpp"

/// Attempts to prove who one is, counted before they are read.
namespace cambist::office {

using boost::asio::awaitable;

/// An attempt that may be read now.
struct AttemptClaim {
    attempts::Attempt attempt;
    std::int64_t failures_before = 0;  ///< of the account, from wherever
    bool stuffing = false;             ///< many accounts fail from its address
    Instant now;                       ///< by the database's clock
};

/// One that has to wait.
struct Throttled {
    std::chrono::nanoseconds wait{};
    bool first = false;  ///< since one was read: worth a line in the record
    bool stuffing = false;
    Instant now;
};

/// Counts the attempt as one that failed; the caller commits that before anything is read.
awaitable<std::expected<AttemptClaim, Throttled>> claim_attempt(pg::Transaction& tx,
                                                                attempts::Attempt attempt,
                                                                SignInLimits limits);
/// It was right: the account or the device starts afresh, the address loses one failure.
awaitable<void> take_back(pg::Transaction& tx, AttemptClaim claim, SignInLimits limits);

}  // namespace cambist::office
