#include "office/staff/attempt_service.hpp"

#include <algorithm>

namespace cambist::office {

namespace {

const ThrottleRule& own_rule(const attempts::Attempt& attempt, const SignInLimits& limits) {
    return attempt.from_known_device ? limits.device : limits.account;
}

}  // namespace

awaitable<std::expected<AttemptClaim, Throttled>> claim_attempt(pg::Transaction& tx,
                                                                attempts::Attempt attempt,
                                                                SignInLimits limits) {
    auto counters = co_await attempts::lock(tx, attempt, limits.address.forgotten_after);
    const Instant now = counters.now;
    const auto own = wait_of(counters.own, now), address = wait_of(counters.address, now);
    const bool stuffing = counters.spread >= limits.most_accounts;
    if (own || address) {
        constexpr std::chrono::nanoseconds none{0};
        const Throttled throttled{std::max(own.value_or(none), address.value_or(none)),
                                  counters.throttled == 0, stuffing, now};
        ++counters.throttled;
        attempts::write(tx, attempt, counters);
        co_return std::unexpected(throttled);
    }
    AttemptClaim claim{attempt, std::max(counters.own.failures, counters.account_failures),
                       stuffing, now};
    counters.own = after_attempt(counters.own, own_rule(attempt, limits), now);
    counters.address = with_spread(after_attempt(counters.address, limits.address, now),
                                   counters.spread, limits, now);
    counters.throttled = 0;
    attempts::write(tx, attempt, counters);
    attempts::note_spread(tx, attempt);
    attempts::forget_old(tx);
    co_return claim;
}

awaitable<void> take_back(pg::Transaction& tx, AttemptClaim claim, SignInLimits limits) {
    auto counters = co_await attempts::lock(tx, claim.attempt, limits.address.forgotten_after);
    counters.own = {};
    counters.throttled = 0;
    counters.address = taken_back(counters.address, limits.address, counters.now);
    attempts::write(tx, claim.attempt, counters);
    attempts::forget_spread(tx, claim.attempt);
}

}  // namespace cambist::office
