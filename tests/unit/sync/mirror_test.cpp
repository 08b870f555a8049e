#include <gtest/gtest.h>

#include "sync/streams/mirror_receiver.hpp"
#include "sync/streams/mirror_sender.hpp"

namespace cambist {
namespace {

using std::chrono::seconds;

constexpr Instant start{1'790'000'000'000'000'000};

Welcome welcome(std::uint64_t epoch, std::uint64_t seq, std::uint32_t credit = 100,
                std::uint64_t bridge_epoch = 1) {
    Welcome message;
    message.owner = true;
    message.bridge_epoch = bridge_epoch;
    message.cursor_epoch = epoch;
    message.cursor_seq = seq;
    message.credit_events = credit;
    return message;
}

/// In epoch 5 with ten events, welcomed.
MirrorSender sender_of_ten(std::uint32_t credit = 100) {
    MirrorSender sender;
    sender.begin_epoch(5);
    for (int event = 0; event < 10; ++event)
        sender.appended();
    EXPECT_TRUE(sender.on_welcome(welcome(5, 0, credit), start));
    return sender;
}

void expect_range(const std::optional<MirrorSender::Range>& range, std::uint64_t first,
                  std::uint64_t last) {
    ASSERT_TRUE(range);
    EXPECT_EQ(range->first, first);
    EXPECT_EQ(range->last, last);
}

TEST(MirrorSender, sends_nothing_before_the_welcome) {
    MirrorSender sender;
    sender.begin_epoch(5);
    EXPECT_EQ(sender.appended(), 1u);
    EXPECT_FALSE(sender.next_batch(10, start));
}

TEST(MirrorSender, numbers_from_one_in_each_epoch) {
    MirrorSender sender = sender_of_ten();
    sender.begin_epoch(6);
    EXPECT_EQ(sender.appended(), 1u);
    EXPECT_FALSE(sender.connected());
}

TEST(MirrorSender, sends_each_event_once_while_all_goes_well) {
    MirrorSender sender = sender_of_ten();
    expect_range(sender.next_batch(6, start), 1, 6);
    expect_range(sender.next_batch(6, start), 7, 10);
    EXPECT_FALSE(sender.next_batch(6, start));
}

TEST(MirrorSender, never_exceeds_its_credit) {
    MirrorSender sender = sender_of_ten(4);
    expect_range(sender.next_batch(6, start), 1, 4);
    EXPECT_FALSE(sender.next_batch(6, start));
    sender.on_acknowledged({1, 5, 3, 4}, start);
    expect_range(sender.next_batch(6, start), 5, 7);
}

TEST(MirrorSender, sends_again_after_a_silence) {
    MirrorSender sender = sender_of_ten();
    expect_range(sender.next_batch(10, start), 1, 10);
    EXPECT_FALSE(sender.next_batch(10, start + seconds(1)));
    expect_range(sender.next_batch(10, start + seconds(2)), 1, 10);
    sender.on_acknowledged({1, 5, 7, 100}, start + seconds(3));
    EXPECT_FALSE(sender.next_batch(10, start + seconds(4)));
    expect_range(sender.next_batch(10, start + seconds(5)), 8, 10);
}

TEST(MirrorSender, tries_one_event_when_the_last_credit_given_was_none) {
    MirrorSender sender = sender_of_ten(0);
    EXPECT_FALSE(sender.next_batch(10, start + seconds(1)));
    expect_range(sender.next_batch(10, start + seconds(2)), 1, 1);
}

TEST(MirrorSender, goes_back_to_a_gap) {
    MirrorSender sender = sender_of_ten();
    expect_range(sender.next_batch(10, start), 1, 10);
    EXPECT_TRUE(sender.on_missing({1, 5, 4}));
    expect_range(sender.next_batch(10, start), 4, 10);
}

TEST(MirrorSender, ignores_a_question_that_an_acknowledgement_overtook) {
    MirrorSender sender = sender_of_ten();
    expect_range(sender.next_batch(10, start), 1, 10);
    sender.on_acknowledged({1, 5, 8, 100}, start);
    EXPECT_TRUE(sender.on_missing({1, 5, 4}));
    EXPECT_FALSE(sender.next_batch(10, start));
}

TEST(MirrorSender, resyncs_when_the_bridge_asks_for_what_its_welcome_had) {
    MirrorSender sender = sender_of_ten();
    sender.on_disconnected();
    EXPECT_TRUE(sender.on_welcome(welcome(5, 6), start));
    expect_range(sender.next_batch(10, start), 7, 10);
    EXPECT_FALSE(sender.on_missing({1, 5, 6}));
}

TEST(MirrorSender, resyncs_when_the_cursor_is_ahead) {
    MirrorSender sender;
    sender.begin_epoch(5);
    EXPECT_FALSE(sender.on_welcome(welcome(5, 1), start));
}

TEST(MirrorSender, resyncs_when_the_cursor_fell_behind_what_was_acknowledged) {
    MirrorSender sender = sender_of_ten();
    sender.on_acknowledged({1, 5, 8, 100}, start);
    sender.on_disconnected();
    EXPECT_FALSE(sender.on_welcome(welcome(5, 7), start));
}

TEST(MirrorSender, resyncs_above_an_epoch_that_is_higher_than_its_own) {
    MirrorSender sender;
    sender.begin_epoch(5);
    EXPECT_FALSE(sender.on_welcome(welcome(9, 3), start));
    EXPECT_GT(sender.next_epoch({}), 9u);
}

TEST(MirrorSender, resyncs_when_the_database_lacks_deals_from_before_its_snapshot) {
    MirrorSender sender;
    sender.begin_epoch(5);
    sender.snapshot_begun({1000});
    sender.appended();
    Welcome message = welcome(5, 0);
    message.deals_since = {999};
    EXPECT_FALSE(sender.on_welcome(message, start));
    message.deals_since = {1000};
    EXPECT_TRUE(sender.on_welcome(message, start));
}

TEST(MirrorSender, takes_an_epoch_no_lower_than_the_milliseconds_of_the_clock) {
    EXPECT_EQ(MirrorSender::epoch_after(7, {5'000'000'000}), 5000u);
    EXPECT_EQ(MirrorSender::epoch_after(6000, {5'000'000'000}), 6001u);
}

TEST(MirrorSender, ignores_whoever_is_not_the_owner_or_stale) {
    MirrorSender sender;
    sender.begin_epoch(5);
    sender.appended();
    Welcome message = welcome(5, 0);
    message.owner = false;
    EXPECT_TRUE(sender.on_welcome(message, start));
    EXPECT_FALSE(sender.connected());
    EXPECT_TRUE(sender.on_welcome(welcome(5, 0, 100, 4), start));
    EXPECT_TRUE(sender.connected());
    sender.on_acknowledged({3, 5, 1, 100}, start);
    EXPECT_EQ(sender.acknowledged(), 0u);
    sender.on_disconnected();
    EXPECT_TRUE(sender.on_welcome(welcome(5, 0, 100, 3), start));
    EXPECT_FALSE(sender.connected());
}

TEST(MirrorSender, ignores_a_repeated_welcome) {
    MirrorSender sender = sender_of_ten();
    expect_range(sender.next_batch(10, start), 1, 10);
    sender.on_acknowledged({1, 5, 8, 100}, start);
    EXPECT_TRUE(sender.on_welcome(welcome(5, 0), start));
    EXPECT_EQ(sender.acknowledged(), 8u);
}

TEST(MirrorSender, ignores_an_acknowledgement_of_another_epoch_or_of_the_future) {
    MirrorSender sender = sender_of_ten();
    sender.on_acknowledged({1, 4, 3, 100}, start);
    sender.on_acknowledged({1, 5, 11, 100}, start);
    EXPECT_EQ(sender.acknowledged(), 0u);
}

EventBatch batch(std::uint64_t first, std::size_t count, std::uint64_t epoch = 5) {
    return {epoch, first, std::vector<Event>(count)};
}

MirrorReceiver receiver_at(std::uint64_t seq) {
    MirrorReceiver receiver;
    receiver.resume(5, seq);
    return receiver;
}

TEST(MirrorReceiver, takes_events_in_order_ahead_of_their_commit) {
    MirrorReceiver receiver = receiver_at(10);
    const auto first = std::get<MirrorReceiver::Apply>(receiver.on_batch(batch(11, 3)));
    EXPECT_EQ(first.skip, 0u);
    const auto second = std::get<MirrorReceiver::Apply>(receiver.on_batch(batch(14, 2)));
    EXPECT_EQ(second.first_seq, 14u);
    EXPECT_EQ(second.last_seq, 15u);
    EXPECT_EQ(receiver.cursor(), 10u);
    receiver.committed(13);
    EXPECT_EQ(receiver.cursor(), 13u);
}

TEST(MirrorReceiver, skips_the_known_part_of_a_batch) {
    MirrorReceiver receiver = receiver_at(10);
    const auto apply = std::get<MirrorReceiver::Apply>(receiver.on_batch(batch(9, 4)));
    EXPECT_EQ(apply.skip, 2u);
    EXPECT_EQ(apply.first_seq, 11u);
    EXPECT_EQ(apply.last_seq, 12u);
}

TEST(MirrorReceiver, knows_a_duplicate) {
    MirrorReceiver receiver = receiver_at(10);
    EXPECT_TRUE(std::holds_alternative<MirrorReceiver::Duplicate>(receiver.on_batch(batch(9, 2))));
    EXPECT_TRUE(std::holds_alternative<MirrorReceiver::Duplicate>(receiver.on_batch(batch(1, 0))));
}

TEST(MirrorReceiver, asks_once_for_a_gap) {
    MirrorReceiver receiver = receiver_at(10);
    EXPECT_EQ(std::get<MirrorReceiver::Gap>(receiver.on_batch(batch(13, 2))).from_seq, 11u);
    EXPECT_TRUE(std::holds_alternative<MirrorReceiver::Ignore>(receiver.on_batch(batch(15, 2))));
    receiver.on_batch(batch(11, 2));
    EXPECT_EQ(std::get<MirrorReceiver::Gap>(receiver.on_batch(batch(15, 2))).from_seq, 13u);
}

TEST(MirrorReceiver, asks_again_for_the_same_gap_after_a_rewind) {
    MirrorReceiver receiver = receiver_at(10);
    receiver.on_batch(batch(13, 2));
    receiver.rewind();
    EXPECT_EQ(std::get<MirrorReceiver::Gap>(receiver.on_batch(batch(13, 2))).from_seq, 11u);
}

TEST(MirrorReceiver, expects_what_was_not_committed_again_after_a_rewind) {
    MirrorReceiver receiver = receiver_at(10);
    receiver.on_batch(batch(11, 5));
    receiver.committed(12);
    receiver.rewind();
    EXPECT_EQ(receiver.expected(), 13u);
}

TEST(MirrorReceiver, ignores_another_epoch) {
    MirrorReceiver receiver = receiver_at(10);
    EXPECT_TRUE(std::holds_alternative<MirrorReceiver::Ignore>(receiver.on_batch(batch(11, 1, 4))));
    EXPECT_TRUE(std::holds_alternative<MirrorReceiver::Ignore>(receiver.on_batch(batch(11, 1, 6))));
}

TEST(MirrorReceiver, moves_only_to_a_higher_epoch) {
    MirrorReceiver receiver = receiver_at(10);
    Hello hello;
    hello.epoch = 6;
    EXPECT_TRUE(receiver.begins_new_epoch(hello));
    hello.epoch = 5;
    EXPECT_FALSE(receiver.begins_new_epoch(hello));
    hello.epoch = 4;
    EXPECT_FALSE(receiver.begins_new_epoch(hello));
}

}  // namespace
}  // namespace cambist
