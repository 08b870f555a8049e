// Each class of bad frame and the name it is answered with.

#include <gtest/gtest.h>

#include "sync/messages/codec.hpp"
#include "tests/unit/sync/random_messages.hpp"

namespace cambist {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values)
        bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

Bytes operator+(Bytes front, const Bytes& back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
}

/// DigestAsked{5} is [1, 7, 5].
const Bytes good = bytes_of({0x93, 1, 7, 5});

std::string answer_to(const Bytes& frame) {
    const auto message = decode(frame);
    return std::string(message ? "taken" : name_of(message.error()));
}

/// A frame of nested arrays, each with one element.
Bytes nested(std::size_t depth) {
    return Bytes(depth, std::byte{0x91}) + bytes_of({1});
}

struct Row {
    const char* what;
    Bytes frame;
    const char* answer;
};

Row rows[] = {
    {"a good frame", good, "taken"},
    {"nothing", {}, "truncated"},
    {"another version", bytes_of({0x93, 2, 7, 5}), "bad_version"},
    {"version zero", bytes_of({0x93, 0, 7, 5}), "bad_version"},
    {"a version that is text", bytes_of({0x93, 0xa1, 'v', 7, 5}), "bad_type"},
    {"kind zero", bytes_of({0x93, 1, 0, 5}), "bad_kind"},
    {"an unknown kind", bytes_of({0x93, 1, 22, 5}), "bad_kind"},
    {"a huge kind", bytes_of({0x93, 1, 0xcd, 0xff, 0xff, 5}), "bad_kind"},
    {"too few fields", bytes_of({0x92, 1, 7}), "bad_arity"},
    {"too many fields", bytes_of({0x94, 1, 7, 5, 6}), "bad_arity"},
    {"an arity far beyond the frame", bytes_of({0xdd, 0xff, 0xff, 0xff, 0xff, 1, 7, 5}),
     "bad_arity"},
    {"no array", bytes_of({7}), "bad_type"},
    {"a map for the frame", bytes_of({0x81, 1, 7}), "bad_type"},
    {"text for a number", bytes_of({0x93, 1, 7, 0xa1, '5'}), "bad_type"},
    {"nil for a number", bytes_of({0x93, 1, 7, 0xc0}), "bad_type"},
    {"truth for a number", bytes_of({0x93, 1, 7, 0xc3}), "bad_type"},
    {"a float", bytes_of({0x93, 1, 7, 0xca, 0, 0, 0, 0}), "bad_type"},
    {"a double", bytes_of({0x93, 1, 7, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0}), "bad_type"},
    {"an extension", bytes_of({0x93, 1, 7, 0xd4, 1, 0}), "bad_type"},
    {"a byte that MessagePack never uses", bytes_of({0x93, 1, 7, 0xc1}), "bad_type"},
    {"binary for a number", bytes_of({0x93, 1, 7, 0xc4, 1, 5}), "bad_type"},
    {"a negative number", bytes_of({0x93, 1, 7, 0xff}), "out_of_range"},
    {"a number in more bytes than it needs", bytes_of({0x93, 1, 7, 0xcc, 5}), "not_canonical"},
    {"an array header in more bytes than it needs", bytes_of({0xdc, 0, 3, 1, 7, 5}),
     "not_canonical"},
    {"trailing bytes", good + bytes_of({0}), "trailing_bytes"},
    {"two frames in one", good + good, "trailing_bytes"},
    {"sixteen arrays deep", bytes_of({0x93, 1, 7}) + nested(16), "bad_type"},
    {"seventeen arrays deep", bytes_of({0x93, 1, 7}) + nested(17), "too_deep"},
    {"ten thousand arrays deep", nested(10'000), "too_deep"},
    {"a frame over the limit", Bytes(max_frame_bytes + 1), "too_long"},
    // Hello: [server, plugin_version, epoch, first_seq, last_seq, policy_era, bridge_epoch]
    {"a server id of 64 bits", bytes_of({0x99, 1, 1, 0xcf, 0, 0, 0, 1, 0, 0, 0, 0}),
     "out_of_range"},
    {"text over its limit", bytes_of({0x99, 1, 1, 1, 0xd9, 33}) + Bytes(33, std::byte{'a'}),
     "too_long"},
    {"text longer than the frame", bytes_of({0x99, 1, 1, 1, 0xb0, 'a'}), "truncated"},
    {"text with a stray continuation byte", bytes_of({0x99, 1, 1, 1, 0xa1, 0x80}), "bad_text"},
    {"overlong UTF-8", bytes_of({0x99, 1, 1, 1, 0xa2, 0xc0, 0xaf}), "bad_text"},
    {"a UTF-16 surrogate", bytes_of({0x99, 1, 1, 1, 0xa3, 0xed, 0xa0, 0x80}), "bad_text"},
    {"beyond U+10FFFF", bytes_of({0x99, 1, 1, 1, 0xa4, 0xf4, 0x90, 0x80, 0x80}), "bad_text"},
    {"a character cut short", bytes_of({0x99, 1, 1, 1, 0xa2, 0xe2, 0x82}), "bad_text"},
    {"NUL in a text", bytes_of({0x99, 1, 1, 1, 0xa3, 'a', 0, 'b'}), "bad_text"},
    {"binary for a text", bytes_of({0x99, 1, 1, 1, 0xc4, 1, 'a'}), "bad_type"},
    // EventBatch: [epoch, first_seq, events]
    {"events from number zero", bytes_of({0x95, 1, 3, 1, 0, 0x90}), "out_of_range"},
    {"events past the last number",
     bytes_of({0x95, 1, 3, 1, 0xcf, 255, 255, 255, 255, 255, 255, 255, 255, 0x90}), "out_of_range"},
    {"more events than a batch may have", bytes_of({0x95, 1, 3, 1, 1, 0xdc, 0x10, 0x01}),
     "too_long"},
    {"four billion events", bytes_of({0x95, 1, 3, 1, 1, 0xdd, 255, 255, 255, 255}), "too_long"},
    {"more events than the frame has bytes for", bytes_of({0x95, 1, 3, 1, 1, 0xdc, 0x0f, 0xff}),
     "truncated"},
    {"an unknown kind of fact",
     bytes_of({0x95, 1, 3, 1, 1, 0x91, 0x94, 13, 0x90, 0xc0, 0, 0, 0, 0}), "bad_kind"},
    {"a fact with a field too many",
     bytes_of({0x95, 1, 3, 1, 1, 0x91, 0x94, 12, 0x95, 1, 0, 0, 0, 0, 0xc0, 0}), "bad_arity"},
    {"an enumerator that does not exist",
     bytes_of({0x95, 1, 3, 1, 1, 0x91, 0x94, 12, 0x94, 9, 0, 0, 0, 0xc0, 0}), "out_of_range"},
    {"an enumerator below the first",
     bytes_of({0x95, 1, 3, 1, 1, 0x91, 0x94, 12, 0x94, 0, 0, 0, 0, 0xc0, 0}), "out_of_range"},
    {"an operation id of 15 bytes",
     bytes_of({0x95, 1, 3, 1, 1, 0x91, 0x94, 12, 0x94, 1, 0, 0, 0, 0xc4, 15}) + Bytes(16),
     "out_of_range"},
    {"an operation id of zeros",
     bytes_of({0x95, 1, 3, 1, 1, 0x91, 0x94, 12, 0x94, 1, 0, 0, 0, 0xc4, 16}) + Bytes(17),
     "not_canonical"},
    // PolicyBatch: [bridge_epoch, era, accounts]
    {"policy version zero", bytes_of({0x95, 1, 8, 1, 1, 0x91, 0x96, 1, 0, 0, 0, 0, 0}),
     "out_of_range"},
    {"a right that does not exist", bytes_of({0x95, 1, 8, 1, 1, 0x91, 0x96, 1, 1, 0x20, 0, 0, 0}),
     "out_of_range"},
    // RescanAccountsAsked: [bridge_epoch, request, after, limit]
    {"a rescan without limit", bytes_of({0x96, 1, 16, 1, 1, 0, 0}), "out_of_range"},
    {"a rescan over its limit", bytes_of({0x96, 1, 16, 1, 1, 0, 0xcd, 2, 1}), "out_of_range"},
};

TEST(BadFrames, have_a_named_answer_each) {
    for (const Row& row : rows)
        EXPECT_EQ(answer_to(row.frame), row.answer) << row.what;
}

TEST(BadFrames, truncated_at_any_byte_are_named_so) {
    std::mt19937_64 random(5);
    for (int round = 0; round < 300; ++round) {
        Bytes frame;
        encode(testing::random_message(random, 2), frame);
        for (std::size_t length = 0; length < frame.size(); ++length) {
            const auto message = decode({frame.data(), length});
            ASSERT_FALSE(message);
            ASSERT_EQ(message.error(), FrameError::truncated);
        }
    }
}

TEST(BadFrames, with_any_bit_flipped_are_refused_or_read_as_what_they_say) {
    std::mt19937_64 random(6);
    for (int round = 0; round < 20'000; ++round) {
        Bytes frame;
        encode(testing::random_message(random, 2), frame);
        frame[random() % frame.size()] ^= static_cast<std::byte>(1 << random() % 8);
        const auto message = decode(frame);
        if (!message)
            continue;
        Bytes again;
        encode(*message, again);
        ASSERT_EQ(again, frame);
    }
}

TEST(BadFrames, of_noise_never_crash) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 200'000; ++round) {
        Bytes frame(random() % 64);
        for (std::byte& byte : frame)
            byte = static_cast<std::byte>(random());
        if (frame.size() > 2) {
            frame[0] = static_cast<std::byte>(0x90 | random() % 16);
            frame[1] = std::byte{1};
            frame[2] = static_cast<std::byte>(random() % 24);
        }
        static_cast<void>(decode(frame));
    }
}

TEST(FrameErrors, are_spelled_as_their_enumerators) {
    EXPECT_EQ(name_of(FrameError::bad_version), "bad_version");
    EXPECT_EQ(name_of(FrameError::bad_text), "bad_text");
    EXPECT_EQ(name_of(FrameError::not_owner), "not_owner");
    EXPECT_EQ(name_of(FrameError::not_canonical), "not_canonical");
    EXPECT_EQ(name_of(static_cast<FrameError>(99)), "unknown");
}

}  // namespace
}  // namespace cambist
