#include "gateway/auth/rate_limit.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

Instant at_ms(std::int64_t milliseconds) {
    return {1'700'000'000 * second_ns + milliseconds * 1'000'000};
}

Request asking(const std::string& peer, const std::string& credential = {}) {
    Request request;
    request.peer = peer;
    if (!credential.empty())
        request.headers.add("authorization", "Bearer " + credential);
    return request;
}

std::string told(const RateLimit& limit, const Visit& visit, const std::string& name) {
    Response response;
    limit.tell(visit, response);
    for (const auto& [given, value] : response.headers)
        if (given == name)
            return value;
    return "";
}

TEST(TokenBuckets, give_a_burst_at_once_and_then_the_rate) {
    TokenBuckets buckets({.per_second = 10, .burst = 3}, 100);
    EXPECT_EQ(buckets.take("a", at_ms(0)).remaining, 2);
    EXPECT_EQ(buckets.take("a", at_ms(0)).remaining, 1);
    EXPECT_EQ(buckets.take("a", at_ms(0)).remaining, 0);
    EXPECT_FALSE(buckets.take("a", at_ms(0)).allowed);
    EXPECT_FALSE(buckets.take("a", at_ms(99)).allowed);
    EXPECT_TRUE(buckets.take("a", at_ms(100)).allowed);
    EXPECT_FALSE(buckets.take("a", at_ms(100)).allowed);
    EXPECT_EQ(buckets.take("a", at_ms(10'000)).remaining, 2);
}

TEST(TokenBuckets, say_when_there_is_more) {
    TokenBuckets buckets({.per_second = 1, .burst = 5}, 100);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(buckets.take("a", at_ms(0)).full_in_s, i + 1);
    const auto refused = buckets.take("a", at_ms(0));
    EXPECT_EQ(refused.allowed_in_s, 1);
    EXPECT_EQ(refused.full_in_s, 5);
}

TEST(TokenBuckets, are_one_a_name_and_bounded) {
    TokenBuckets buckets({.per_second = 1, .burst = 1}, 2);
    EXPECT_TRUE(buckets.take("a", at_ms(0)).allowed);
    EXPECT_TRUE(buckets.take("b", at_ms(0)).allowed);
    EXPECT_FALSE(buckets.take("a", at_ms(0)).allowed);
    EXPECT_TRUE(buckets.take("c", at_ms(0)).allowed);
    EXPECT_EQ(buckets.names(), 2u);
    EXPECT_FALSE(buckets.take("a", at_ms(0)).allowed) << "it asked later than b";
    EXPECT_TRUE(buckets.take("b", at_ms(0)).allowed) << "forgotten";
}

TEST(TokenBuckets, take_back_what_did_not_count_and_survive_a_clock_that_jumps_back) {
    TokenBuckets buckets({.per_second = 1, .burst = 2}, 10);
    buckets.take("a", at_ms(0));
    buckets.give_back("a");
    EXPECT_EQ(buckets.take("a", at_ms(0)).remaining, 1);
    buckets.give_back("nobody");
    EXPECT_FALSE(buckets.take("a", at_ms(-5'000)).allowed);
    EXPECT_TRUE(buckets.take("a", at_ms(1'000)).allowed);
}

RequestLimits few() {
    return {.callers = {1, 3}, .strangers = {1, 2}, .most = 10};
}

TEST(RateLimit, counts_strangers_by_their_address) {
    RateLimit limit(few());
    EXPECT_TRUE(limit.enter(asking("1.1.1.1", "wrong"), at_ms(0)).taken.allowed);
    EXPECT_TRUE(limit.enter(asking("1.1.1.1", "other"), at_ms(0)).taken.allowed);
    const auto refused = limit.enter(asking("1.1.1.1"), at_ms(0));
    EXPECT_FALSE(refused.taken.allowed);
    EXPECT_EQ(RateLimit::refusal(refused).status, 429);
    EXPECT_EQ(RateLimit::refusal(refused).headers.front().second, "1");
    EXPECT_EQ(told(limit, refused, "RateLimit-Policy"), "\"stranger\";q=2;w=2");
    EXPECT_EQ(told(limit, refused, "RateLimit"), "\"stranger\";r=0;t=2");
    EXPECT_TRUE(limit.enter(asking("2.2.2.2"), at_ms(0)).taken.allowed);
}

TEST(RateLimit, a_good_credential_counts_for_its_principal_wherever_it_asks_from) {
    RateLimit limit(few());
    auto first = limit.enter(asking("1.1.1.1", "good"), at_ms(0));
    limit.recognised(first, "ada", at_ms(0));
    EXPECT_EQ(told(limit, first, "RateLimit"), "\"caller\";r=2;t=1");
    auto second = limit.enter(asking("2.2.2.2", "good"), at_ms(0));
    EXPECT_EQ(second.principal, "ada");
    limit.recognised(second, "ada", at_ms(0));
    EXPECT_EQ(second.taken.remaining, 1) << "counted once";
    EXPECT_TRUE(limit.enter(asking("1.1.1.1", "good"), at_ms(0)).taken.allowed);
    EXPECT_FALSE(limit.enter(asking("3.3.3.3", "good"), at_ms(0)).taken.allowed);
}

TEST(RateLimit, strangers_cannot_use_up_what_a_known_caller_may_do) {
    RateLimit limit(few());
    auto known = limit.enter(asking("1.1.1.1", "good"), at_ms(0));
    limit.recognised(known, "ada", at_ms(0));
    for (int i = 0; i < 5; ++i)
        limit.enter(asking("1.1.1.1", "wrong"), at_ms(0));
    EXPECT_FALSE(limit.enter(asking("1.1.1.1"), at_ms(0)).taken.allowed);
    EXPECT_TRUE(limit.enter(asking("1.1.1.1", "good"), at_ms(0)).taken.allowed);
}

TEST(RateLimit, a_good_credential_gives_its_address_back_what_it_took) {
    RateLimit limit(few());
    for (int i = 0; i < 4; ++i) {
        auto visit = limit.enter(asking("1.1.1.1", "key" + std::to_string(i)), at_ms(0));
        EXPECT_TRUE(visit.taken.allowed);
        limit.recognised(visit, "principal" + std::to_string(i), at_ms(0));
    }
}

TEST(RateLimit, a_credential_that_is_good_no_more_counts_as_a_stranger_again) {
    RateLimit limit(few());
    auto known = limit.enter(asking("1.1.1.1", "good"), at_ms(0));
    limit.recognised(known, "ada", at_ms(0));
    auto revoked = limit.enter(asking("1.1.1.1", "good"), at_ms(0));
    limit.unknown(revoked, at_ms(0));
    EXPECT_TRUE(revoked.principal.empty());
    EXPECT_TRUE(limit.enter(asking("1.1.1.1", "good"), at_ms(0)).principal.empty());
    EXPECT_FALSE(limit.enter(asking("1.1.1.1", "good"), at_ms(0)).taken.allowed);
}

}  // namespace
}  // namespace cambist::gateway
