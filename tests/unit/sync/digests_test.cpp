#include "sync/streams/digests.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <random>

namespace cambist {
namespace {

TEST(DealWindow, counts_a_ticket_once_with_its_last_hash) {
    DealWindow window(8);
    window.begin(5);
    window.add({1}, 100);
    window.add({2}, 50);
    window.add({1}, 7);
    EXPECT_EQ(window.close(9), (DealDigestRecord{5, 2, 57}));
    EXPECT_TRUE(window.empty());
    EXPECT_EQ(window.close(12), (DealDigestRecord{9, 0, 0}));
}

TEST(DealWindow, says_when_it_is_full) {
    DealWindow window(2);
    EXPECT_FALSE(window.add({1}, 1));
    EXPECT_FALSE(window.add({1}, 2));
    EXPECT_TRUE(window.add({2}, 3));
}

TEST(DealWindow, sums_like_a_map_over_any_tickets) {
    std::mt19937_64 random(1);
    DealWindow window(256);
    for (int round = 0; round < 50; ++round) {
        std::map<std::uint64_t, std::uint64_t> last;
        bool full = false;
        for (int count = 0; count < 1000 && !full; ++count) {
            const std::uint64_t ticket = random() % 400, hash = random();
            last[ticket] = hash;
            full = window.add({ticket}, hash);
        }
        const auto sum = std::accumulate(
            last.begin(), last.end(), std::uint64_t{0},
            [](std::uint64_t before, const auto& one) { return before + one.second; });
        EXPECT_EQ(window.close(1).sum, sum);
    }
}

TEST(AccountRows, replaces_the_hash_of_a_login) {
    AccountRows rows(100);
    EXPECT_TRUE(rows.set({1000}, 5));
    EXPECT_TRUE(rows.set({1000}, 9));
    EXPECT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.find({1000}), 9u);
    EXPECT_EQ(rows.find({1001}), std::nullopt);
    EXPECT_EQ(rows.digest().sums[shard_of({1000})], 9u);
}

TEST(AccountRows, holds_its_capacity_and_then_says_no) {
    AccountRows rows(1000);
    std::uint64_t login = 1;
    while (rows.set({login}, login))
        ++login;
    EXPECT_GT(rows.size(), 1000u);
    EXPECT_TRUE(rows.set({5}, 77));
    EXPECT_EQ(rows.find({5}), 77u);
}

TEST(AccountRows, takes_at_most_forty_bytes_an_account_at_a_million) {
    EXPECT_LE(AccountRows(1'000'000).bytes(), 40'000'000u);
}

TEST(AccountRows, forgets_everything_when_cleared) {
    AccountRows rows(10);
    rows.set({1}, 2);
    rows.clear();
    EXPECT_EQ(rows.digest(), AccountDigestRecord{});
    EXPECT_EQ(rows.find({1}), std::nullopt);
}

}  // namespace
}  // namespace cambist
