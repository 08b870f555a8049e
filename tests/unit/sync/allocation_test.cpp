// Counts allocations by replacing operator new, as the sanitizers do too: not built with them.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "sync/messages/codec.hpp"
#include "tests/unit/sync/random_messages.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace cambist {
namespace {

TEST(Allocation, is_not_needed_to_encode_an_event_when_there_is_room) {
    const Event event = testing::typical_deal(5);
    Bytes bytes;
    bytes.reserve(1'000 * max_event_bytes);
    const std::size_t before = allocations;
    for (int count = 0; count < 1'000; ++count)
        encode_event(event, bytes);
    EXPECT_EQ(allocations, before);
}

TEST(Allocation, is_not_made_for_a_count_that_the_frame_cannot_hold) {
    Bytes frame;
    encode(EventBatch{1, 1, {}}, frame);
    frame.back() = std::byte{0xdc};
    frame.push_back(std::byte{0x0f});
    frame.push_back(std::byte{0xff});
    const std::size_t before = allocations;
    EXPECT_FALSE(decode(frame));
    EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace cambist
