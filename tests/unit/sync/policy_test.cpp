#include <gtest/gtest.h>

#include <map>

#include "sync/streams/policy_receiver.hpp"
#include "sync/streams/policy_sender.hpp"

namespace cambist {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant start{1'790'000'000'000'000'000};

AccountPolicy policy(std::uint64_t login, std::uint32_t version) {
    return {{login}, version, Rights::all(), Reason::none, 0, 0};
}

class Table final : public PolicyTable {
  public:
    std::uint32_t version_of(Login login) const override {
        const auto held = versions.find(login);
        return held == versions.end() ? 0 : held->second;
    }
    bool holds(const AccountPolicy&) const override { return same_contents; }
    std::map<Login, std::uint32_t> versions;
    bool same_contents = true;
};

TEST(PolicyReceiver, lets_only_higher_versions_pass_and_acknowledges_what_it_holds) {
    Table table;
    table.versions = {{{1}, 5}, {{2}, 5}};
    PolicyReceiver receiver;
    receiver.restore(1);
    const auto plan =
        receiver.on_batch({1, 1, {policy(1, 6), policy(2, 4), policy(3, 1)}}, 1, table);
    EXPECT_EQ(plan.to_log, (std::vector{policy(1, 6), policy(3, 1)}));
    EXPECT_EQ(plan.acknowledgement.accounts,
              (std::vector<PolicyApplied>{{{1}, 6}, {{2}, 5}, {{3}, 1}}));
}

TEST(PolicyReceiver, acknowledges_a_known_version_again_without_logging_it) {
    Table table;
    table.versions = {{{1}, 5}};
    PolicyReceiver receiver;
    receiver.restore(1);
    const auto plan = receiver.on_batch({1, 1, {policy(1, 5)}}, 1, table);
    EXPECT_TRUE(plan.to_log.empty());
    EXPECT_EQ(plan.acknowledgement.accounts, (std::vector<PolicyApplied>{{{1}, 5}}));
}

TEST(PolicyReceiver, takes_other_contents_of_a_known_version_as_a_restored_office_means_them) {
    Table table;
    table.versions = {{{1}, 5}};
    table.same_contents = false;
    PolicyReceiver receiver;
    receiver.restore(1);
    const auto plan = receiver.on_batch({1, 1, {policy(1, 5)}}, 1, table);
    EXPECT_EQ(plan.to_log, std::vector{policy(1, 5)});
    EXPECT_TRUE(receiver.on_batch({1, 1, {policy(1, 4)}}, 1, table).to_log.empty());
}

TEST(PolicyReceiver, takes_the_highest_of_a_login_that_a_batch_names_twice) {
    PolicyReceiver receiver;
    receiver.restore(1);
    const auto plan = receiver.on_batch({1, 1, {policy(1, 7), policy(1, 6)}}, 1, Table());
    EXPECT_EQ(plan.to_log, std::vector{policy(1, 7)});
    EXPECT_EQ(plan.acknowledgement.accounts, (std::vector<PolicyApplied>{{{1}, 7}}));
}

TEST(PolicyReceiver, does_nothing_for_a_stale_bridge_or_era) {
    PolicyReceiver receiver;
    receiver.restore(3);
    EXPECT_TRUE(receiver.on_batch({4, 3, {policy(1, 9)}}, 5, Table()).stale);
    const auto plan = receiver.on_batch({5, 2, {policy(1, 9)}}, 5, Table());
    EXPECT_TRUE(plan.stale);
    EXPECT_TRUE(plan.to_log.empty());
    EXPECT_EQ(receiver.era(), 3u);
}

TEST(PolicyReceiver, starts_versions_again_in_a_new_era) {
    Table table;
    table.versions = {{{1}, 500}};
    PolicyReceiver receiver;
    receiver.restore(1);
    const auto plan = receiver.on_batch({1, 2, {policy(1, 1)}}, 1, table);
    EXPECT_TRUE(plan.new_era);
    EXPECT_EQ(plan.to_log, std::vector{policy(1, 1)});
    EXPECT_EQ(receiver.era(), 2u);
}

PolicySender sender_in_session() {
    PolicySender sender;
    sender.begin_session(1, 9);
    return sender;
}

TEST(PolicySender, sends_nothing_without_a_session) {
    PolicySender sender = sender_in_session();
    sender.end_session();
    sender.offer(policy(1, 1));
    EXPECT_TRUE(sender.next_batch(10, start).accounts.empty());
    sender.begin_session(1, 9);
    const PolicyBatch batch = sender.next_batch(10, start);
    EXPECT_EQ(batch.bridge_epoch, 9u);
    EXPECT_EQ(batch.accounts, std::vector{policy(1, 1)});
}

TEST(PolicySender, sends_once_and_again_after_a_silence) {
    PolicySender sender = sender_in_session();
    sender.offer(policy(1, 1));
    EXPECT_EQ(sender.next_batch(10, start).accounts.size(), 1u);
    EXPECT_TRUE(sender.next_batch(10, start + milliseconds(999)).accounts.empty());
    EXPECT_EQ(sender.next_batch(10, start + seconds(1)).accounts.size(), 1u);
}

TEST(PolicySender, replaces_a_version_by_a_higher_one_at_once) {
    PolicySender sender = sender_in_session();
    sender.offer(policy(1, 2));
    sender.next_batch(10, start);
    sender.offer(policy(1, 3));
    sender.offer(policy(1, 2));
    EXPECT_EQ(sender.next_batch(10, start).accounts, std::vector{policy(1, 3)});
    EXPECT_TRUE(sender.next_batch(10, start).accounts.empty());
    EXPECT_EQ(sender.under_way(), 1u);
}

TEST(PolicySender, writes_exactly_the_acknowledged_versions) {
    PolicySender sender = sender_in_session();
    sender.offer(policy(1, 3));
    sender.offer(policy(2, 1));
    EXPECT_EQ(sender.on_acknowledged({1, start, {{{1}, 2}, {{2}, 1}, {{3}, 8}}}),
              (std::vector<PolicyApplied>{{{1}, 2}, {{2}, 1}}));
    EXPECT_EQ(sender.under_way(), 1u);
    EXPECT_EQ(sender.on_acknowledged({1, start, {{{1}, 3}}}),
              (std::vector<PolicyApplied>{{{1}, 3}}));
    EXPECT_TRUE(sender.on_acknowledged({1, start, {{{1}, 3}}}).empty());
}

TEST(PolicySender, ignores_an_acknowledgement_of_another_era) {
    PolicySender sender = sender_in_session();
    sender.offer(policy(1, 3));
    EXPECT_TRUE(sender.on_acknowledged({2, start, {{{1}, 3}}}).empty());
    EXPECT_EQ(sender.under_way(), 1u);
}

TEST(PolicySender, sends_all_again_in_a_new_session_and_none_in_a_new_era) {
    PolicySender sender = sender_in_session();
    sender.offer(policy(1, 3));
    sender.next_batch(10, start);
    sender.end_session();
    EXPECT_TRUE(sender.next_batch(10, start + seconds(5)).accounts.empty());
    sender.begin_session(1, 10);
    EXPECT_EQ(sender.next_batch(10, start).accounts.size(), 1u);
    sender.begin_session(2, 11);
    EXPECT_EQ(sender.under_way(), 0u);
}

TEST(PolicySender, has_room_up_to_its_limit) {
    PolicySender sender({seconds(1), 2});
    sender.offer(policy(1, 1));
    EXPECT_TRUE(sender.has_room());
    sender.offer(policy(2, 1));
    EXPECT_FALSE(sender.has_room());
}

TEST(PolicySender, names_the_shards_that_differ) {
    PolicyDigest wanted, held;
    wanted.era = held.era = 1;
    wanted.sums[7] = 1;
    held.sums[9] = 1;
    EXPECT_EQ(PolicySender::differing_shards(wanted, held), (std::vector<std::size_t>{7, 9}));
    held.era = 2;
    EXPECT_EQ(PolicySender::differing_shards(wanted, held).size(), shard_count);
}

}  // namespace
}  // namespace cambist
