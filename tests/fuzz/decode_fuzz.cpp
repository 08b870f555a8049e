// Any bytes: the decoder names what is wrong, or what it took encodes to the same bytes.

#include <algorithm>
#include <cstdint>

#include "sync/messages/codec.hpp"
#include "sync/vocabulary/assertion.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const cambist::ByteView frame(reinterpret_cast<const std::byte*>(bytes), size);
    const auto message = cambist::decode(frame);
    if (!message)
        return 0;
    cambist::Bytes again;
    cambist::encode(*message, again);
    CAMBIST_ASSERT(std::ranges::equal(again, frame));
    return 0;
}
