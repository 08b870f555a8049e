#include "office/staff/throttle.hpp"

#include <algorithm>

namespace cambist::office {
namespace {

constexpr std::int64_t most_doublings = 30;

std::chrono::seconds wait_after(std::int64_t failures, const ThrottleRule& rule) {
    const std::int64_t beyond = failures - rule.free_failures;
    if (beyond <= 0)
        return std::chrono::seconds(0);
    const auto doubled =
        rule.first_wait * (std::int64_t{1} << std::min(beyond - 1, most_doublings));
    return std::min<std::chrono::seconds>(doubled, rule.longest_wait);
}

bool is_forgotten(const FailureCounter& counter, const ThrottleRule& rule, Instant now) {
    return now - counter.last_failed >= rule.forgotten_after;
}

}  // namespace

std::optional<std::chrono::nanoseconds> wait_of(const FailureCounter& counter, Instant now) {
    if (counter.free_at <= now)
        return std::nullopt;
    return counter.free_at - now;
}

FailureCounter after_attempt(const FailureCounter& counter, const ThrottleRule& rule, Instant now) {
    const auto failures = is_forgotten(counter, rule, now) ? 1 : counter.failures + 1;
    return {failures, now, now + wait_after(failures, rule)};
}

FailureCounter taken_back(const FailureCounter& counter, const ThrottleRule& rule, Instant now) {
    const auto failures = std::max<std::int64_t>(counter.failures - 1, 0);
    const bool waits = failures > rule.free_failures;
    return {failures, counter.last_failed, waits ? counter.free_at : now};
}

FailureCounter with_spread(const FailureCounter& address, std::int64_t accounts,
                           const SignInLimits& limits, Instant now) {
    if (accounts < limits.most_accounts)
        return address;
    FailureCounter stopped = address;
    stopped.free_at = std::max(address.free_at, now + limits.address.longest_wait);
    return stopped;
}

}  // namespace cambist::office
