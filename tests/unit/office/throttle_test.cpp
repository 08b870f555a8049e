#include "office/staff/throttle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace cambist::office {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1'000'000'000'000'000'000};
constexpr ThrottleRule rule;

/// The waits after each of `count` attempts that fail, each made as soon as it may be.
std::vector<std::int64_t> waits_of(int count) {
    std::vector<std::int64_t> waits;
    FailureCounter counter;
    Instant now = start;
    for (int i = 0; i < count; ++i) {
        now = now + wait_of(counter, now).value_or(0ns);
        counter = after_attempt(counter, rule, now);
        waits.push_back((counter.free_at - now) / 1s);
    }
    return waits;
}

TEST(Throttle, the_first_failures_cost_nothing_and_then_each_doubles_the_wait) {
    EXPECT_EQ(waits_of(17), (std::vector<std::int64_t>{0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128,
                                                       256, 512, 900, 900}));
}

TEST(Throttle, nobody_is_locked_out_longer_than_the_bound) {
    const auto waits = waits_of(10'000);
    EXPECT_EQ(*std::ranges::max_element(waits), 900);
}

TEST(Throttle, a_day_of_guessing_reads_about_a_hundred_passwords) {
    FailureCounter counter;
    Instant now = start;
    int read = 0;
    while (now < start + 24h) {
        counter = after_attempt(counter, rule, now);
        ++read;
        now = now + wait_of(counter, now).value_or(0ns);
    }
    EXPECT_LE(read, 120);
}

TEST(Throttle, what_is_refused_unread_does_not_lengthen_the_wait) {
    FailureCounter counter;
    for (int i = 0; i < 8; ++i)
        counter = after_attempt(counter, rule, start);
    EXPECT_EQ(wait_of(counter, start), 4s);
    EXPECT_EQ(wait_of(counter, start + 3s), 1s);
    EXPECT_EQ(wait_of(counter, start + 4s), std::nullopt);
}

TEST(Throttle, an_hour_without_failures_is_forgiven) {
    FailureCounter counter;
    for (int i = 0; i < 8; ++i)
        counter = after_attempt(counter, rule, start);
    EXPECT_EQ(after_attempt(counter, rule, start + 59min).failures, 9);
    EXPECT_EQ(after_attempt(counter, rule, start + 60min).failures, 1);
}

TEST(Throttle, many_at_once_are_counted_before_they_are_read) {
    FailureCounter counter;
    int read = 0;
    for (int i = 0; i < 50; ++i) {
        if (wait_of(counter, start))
            continue;
        counter = after_attempt(counter, rule, start);
        ++read;
    }
    EXPECT_EQ(read, 6);
}

TEST(Throttle, a_right_attempt_is_taken_back_and_frees_no_address_of_its_other_failures) {
    FailureCounter counter;
    for (int i = 0; i < 3; ++i)
        counter = after_attempt(counter, rule, start);
    EXPECT_EQ(taken_back(counter, rule, start).failures, 2);
    EXPECT_EQ(taken_back({}, rule, start).failures, 0);
    for (int i = 0; i < 6; ++i)
        counter = after_attempt(counter, rule, start);
    EXPECT_EQ(wait_of(taken_back(counter, rule, start), start), 8s);
}

TEST(Throttle, many_accounts_from_one_address_stop_the_address_at_once) {
    const SignInLimits limits;
    const FailureCounter few{.failures = 9, .last_failed = start, .free_at = start};
    EXPECT_EQ(wait_of(with_spread(few, 9, limits, start), start), std::nullopt);
    EXPECT_EQ(wait_of(with_spread(few, 10, limits, start), start), 900s);
}

}  // namespace
}  // namespace cambist::office
