#include "sync/messages/codec.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/sync/random_messages.hpp"

namespace cambist {
namespace {

Bytes encoded(const Message& message) {
    Bytes bytes;
    encode(message, bytes);
    return bytes;
}

TEST(Codec, reads_back_every_message_to_the_same_bytes) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 20'000; ++round) {
        const Bytes bytes = encoded(testing::random_message(random));
        const auto message = decode(bytes);
        ASSERT_TRUE(message) << name_of(message.error());
        ASSERT_EQ(encoded(*message), bytes);
    }
}

TEST(Codec, reads_back_every_fact_unchanged) {
    std::mt19937_64 random(2);
    for (int round = 0; round < 5'000; ++round) {
        const Event event = testing::random_event(random);
        const auto message = decode(encoded(EventBatch{1, 1, {event}}));
        ASSERT_TRUE(message) << name_of(message.error());
        const Event& read = std::get<EventBatch>(*message).events.at(0);
        ASSERT_TRUE(read.fact == event.fact);
        ASSERT_EQ(read.cause, event.cause);
        ASSERT_EQ(read.actor, event.actor);
    }
}

TEST(Codec, gives_an_event_the_same_hash_on_both_ends) {
    std::mt19937_64 random(3);
    for (int round = 0; round < 2'000; ++round) {
        const Event event = testing::random_event(random);
        Bytes events, frame;
        const std::uint64_t hash = encode_event(event, events);
        encode_batch(7, 9, 1, events, frame);
        EXPECT_EQ(std::get<EventBatch>(*decode(frame)).events.at(0).hash, hash);
        EXPECT_EQ(frame, encoded(EventBatch{7, 9, {event}}));
    }
}

TEST(Codec, hashes_the_fact_alone_not_its_cause_or_actor) {
    Event event = testing::typical_deal(5);
    Bytes bytes;
    const std::uint64_t hash = encode_event(event, bytes);
    event.actor = 2;
    event.cause = {1, 2};
    EXPECT_EQ(encode_event(event, bytes), hash);
    std::get<DealRecord>(event.fact).profit += 1;
    EXPECT_NE(encode_event(event, bytes), hash);
}

TEST(Codec, keeps_an_event_within_the_stated_size) {
    std::mt19937_64 random(4);
    for (int round = 0; round < 5'000; ++round) {
        Bytes bytes;
        encode_event(testing::random_event(random), bytes);
        ASSERT_LE(bytes.size(), max_event_bytes);
    }
}

TEST(Codec, makes_text_of_a_foreign_code_page_sound) {
    DealRecord deal;
    deal.comment = FixedText<64>("Gru\xdf \xe9t\xe9 \xff");
    deal.symbol = FixedText<32>("\xc3\xa9\xe2\x82");
    const auto message = decode(encoded(EventBatch{1, 1, {{deal, {}, 0, 0}}}));
    ASSERT_TRUE(message) << name_of(message.error());
    const auto& read = std::get<DealRecord>(std::get<EventBatch>(*message).events.at(0).fact);
    EXPECT_EQ(read.comment.view(), "Gru? ?t? ?");
    EXPECT_EQ(read.symbol.view(), "\xc3\xa9??");
}

TEST(Codec, hashes_bytes_the_same_on_every_machine) {
    Bytes bytes;
    for (int value = 0; value < 40; ++value)
        bytes.push_back(static_cast<std::byte>(value));
    EXPECT_EQ(hash_of({}), 0xdde3197247301a6cull);
    EXPECT_EQ(hash_of({bytes.data(), 7}), 0xbd26acb4534cf24ull);
    EXPECT_EQ(hash_of({bytes.data(), 16}), 0xc5c8e7df1e2c4bf4ull);
    EXPECT_EQ(hash_of(bytes), 0x4963b52b9830cb61ull);
}

TEST(Codec, hashes_every_length_and_every_byte_to_something_else) {
    Bytes bytes(64);
    std::set<std::uint64_t> hashes;
    for (std::size_t length = 0; length <= 64; ++length)
        hashes.insert(hash_of({bytes.data(), length}));
    for (std::byte& byte : bytes) {
        byte = std::byte{1};
        hashes.insert(hash_of(bytes));
        byte = std::byte{0};
    }
    EXPECT_EQ(hashes.size(), 65u + 64u);
}

TEST(PolicyHash, covers_the_contents_and_not_only_the_version) {
    const AccountPolicy policy{{1000}, 3, Rights::all(), Reason::none, 0, 0};
    AccountPolicy other = policy;
    other.reserved = 1;
    EXPECT_NE(policy_hash(policy), policy_hash(other));
    other = policy;
    other.rights = Rights::none();
    EXPECT_NE(policy_hash(policy), policy_hash(other));
    EXPECT_EQ(policy_hash(policy), policy_hash(AccountPolicy(policy)));
}

TEST(SameOrder, looks_past_the_circumstances_of_sending) {
    Command a;
    a.id = {1, 2};
    a.amount = 500;
    Command b = a;
    b.number = 7;
    b.bridge_epoch = 3;
    b.deadline = {99};
    EXPECT_TRUE(same_order(a, b));
    b.amount = 501;
    EXPECT_FALSE(same_order(a, b));
}

}  // namespace
}  // namespace cambist
