// msgpack-cxx as the oracle of our reader and writer: what it unpacks of our frames packs back to
// the same bytes, and what it packs of the same values is what we take.

#include <gtest/gtest.h>

#include <msgpack.hpp>

#include "sync/messages/codec.hpp"
#include "tests/unit/sync/random_messages.hpp"

namespace cambist {
namespace {

const msgpack::unpack_limit limits(65'536, 65'536, 65'536, 65'536, 65'536, 16);

msgpack::object_handle unpacked(const Bytes& frame) {
    return msgpack::unpack(reinterpret_cast<const char*>(frame.data()), frame.size(), nullptr,
                           nullptr, limits);
}

Bytes packed(const msgpack::object& object) {
    msgpack::sbuffer buffer;
    msgpack::pack(buffer, object);
    const auto* bytes = reinterpret_cast<const std::byte*>(buffer.data());
    return {bytes, bytes + buffer.size()};
}

TEST(Differential, msgpack_cxx_reads_our_frames_and_writes_them_alike) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 5'000; ++round) {
        Bytes frame;
        encode(testing::random_message(random), frame);
        const auto handle = unpacked(frame);
        ASSERT_EQ(handle.get().type, msgpack::type::ARRAY);
        ASSERT_EQ(packed(handle.get()), frame);
    }
}

/// Changes one value somewhere in the tree to another of any type, within its bounds or not.
void disturb(msgpack::object& object, std::mt19937_64& random, msgpack::zone& zone) {
    if (object.type == msgpack::type::ARRAY && object.via.array.size != 0 && random() % 8 != 0) {
        disturb(object.via.array.ptr[random() % object.via.array.size], random, zone);
        return;
    }
    switch (random() % 6) {
        case 0:
            object = msgpack::object(random() >> random() % 64, zone);
            break;
        case 1:
            object = msgpack::object(static_cast<std::int64_t>(random()) >> random() % 64, zone);
            break;
        case 2:
            object = msgpack::object(random() % 2 == 0, zone);
            break;
        case 3:
            object = msgpack::object(std::string(random() % 80, 'x'), zone);
            break;
        case 4:
            object = msgpack::object(0.5, zone);
            break;
        default:
            object = msgpack::object(std::vector<int>(random() % 20, 1), zone);
    }
}

TEST(Differential, what_we_take_of_msgpack_cxx_is_what_it_wrote) {
    std::mt19937_64 random(12);
    int taken = 0, refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        Bytes frame;
        encode(testing::random_message(random, 2), frame);
        const auto handle = unpacked(frame);
        msgpack::zone zone;
        msgpack::object object = handle.get();  // its children are shared
        disturb(object, random, zone);
        const Bytes written = packed(object);
        const auto message = decode(written);
        if (!message) {
            ++refused;
            continue;
        }
        ++taken;
        Bytes again;
        encode(*message, again);
        ASSERT_EQ(again, written);
    }
    EXPECT_GT(taken, 1'000);
    EXPECT_GT(refused, 1'000);
}

TEST(Differential, what_msgpack_cxx_cannot_read_we_do_not_take) {
    std::mt19937_64 random(13);
    for (int round = 0; round < 20'000; ++round) {
        Bytes frame;
        encode(testing::random_message(random, 2), frame);
        frame[random() % frame.size()] = static_cast<std::byte>(random());
        if (random() % 2 == 0)
            frame.resize(random() % frame.size());
        if (!decode(frame))
            continue;
        ASSERT_NO_THROW({ ASSERT_EQ(packed(unpacked(frame).get()), frame); });
    }
}

}  // namespace
}  // namespace cambist
