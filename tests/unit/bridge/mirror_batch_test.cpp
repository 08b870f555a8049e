#include "office/trading/mirror_batch.hpp"

#include <gtest/gtest.h>

namespace cambist::office {

namespace {

Event account(std::uint64_t login, std::uint64_t version) {
    UserRecord record;
    record.login = Login{login};
    record.version = version;
    return {record, {}, 0, version};
}

Event deal(std::uint64_t ticket, std::uint64_t version) {
    DealRecord record;
    record.ticket = Ticket{ticket};
    record.version = version;
    return {record, {}, 0, version};
}

std::vector<NumberedEvent> numbered(const std::vector<Event>& events, std::uint64_t first) {
    std::vector<NumberedEvent> all;
    for (const Event& event : events)
        all.push_back({first++, &event});
    return all;
}

TEST(MirrorBatch, keeps_the_newest_of_each_account_in_the_order_of_logins) {
    const std::vector<Event> events{account(9, 4), account(3, 1), account(9, 2), account(3, 2)};
    const auto batch = sorted_batch(1, numbered(events, 10));
    EXPECT_EQ(batch.first_seq, 10u);
    EXPECT_EQ(batch.last_seq, 13u);
    ASSERT_EQ(batch.accounts.size(), 2u);
    EXPECT_EQ(batch.accounts[0].record->login, Login{3});
    EXPECT_EQ(batch.accounts[0].record->version, 2u);
    EXPECT_EQ(batch.accounts[1].record->version, 4u);
    EXPECT_EQ(batch.accounts[1].seq, 10u);
}

TEST(MirrorBatch, keeps_the_later_of_two_records_of_one_version) {
    const std::vector<Event> events{deal(5, 1), deal(5, 1)};
    const auto batch = sorted_batch(1, numbered(events, 1));
    ASSERT_EQ(batch.deals.size(), 1u);
    EXPECT_EQ(batch.deals[0].seq, 2u);
}

TEST(MirrorBatch, ends_with_a_digest) {
    EXPECT_TRUE(ends_batch({DealDigestRecord{}, {}, 0, 0}));
    EXPECT_TRUE(ends_batch({AccountDigestRecord{}, {}, 0, 0}));
    EXPECT_FALSE(ends_batch(deal(1, 1)));
}

TEST(MirrorBatch, counts_a_deal_into_balance_or_credit_and_a_deleted_one_into_neither) {
    DealRecord record;
    record.profit = 100;
    record.swap = -7;
    record.commission = -3;
    record.fee = -1;
    EXPECT_EQ(balance_change(record), 89);
    EXPECT_EQ(credit_change(record), 0);
    record.kind = 3;
    EXPECT_EQ(balance_change(record), 0);
    EXPECT_EQ(credit_change(record), 100);
    record.deleted = true;
    EXPECT_EQ(credit_change(record), 0);
}

TEST(MirrorBatch, knows_whose_event_it_is) {
    EXPECT_EQ(login_of(account(9, 1)), Login{9});
    EXPECT_EQ(login_of({GroupRecord{}, {}, 0, 0}), Login{});
}

}  // namespace

}  // namespace cambist::office
