#include <bit>
#include <cstring>

#include "sync/messages/codec.hpp"

namespace cambist {

namespace {

constexpr std::uint64_t odd_a = 0x9e3779b97f4a7c15ull;
constexpr std::uint64_t odd_b = 0xd1342543de82ef95ull;
constexpr std::uint64_t odd_c = 0xaef17502108ef2d9ull;

/// Both halves of the 128-bit product, folded.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t little_endian(const std::byte* at, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, size);
    if constexpr (std::endian::native == std::endian::big)
        word = __builtin_bswap64(word);
    return word;
}

}  // namespace

std::uint64_t hash_of(ByteView bytes) {
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t state = mix(left ^ odd_a, odd_b);
    for (; left >= 16; left -= 16, at += 16)
        state = mix(little_endian(at, 8) ^ odd_c, little_endian(at + 8, 8) ^ state);
    std::uint64_t first = 0, second = 0;
    if (left > 8) {
        first = little_endian(at, 8);
        second = little_endian(at + 8, left - 8);
    } else if (left > 0) {
        first = little_endian(at, left);
    }
    state = mix(first ^ odd_c, second ^ state);
    return mix(state ^ odd_a, odd_b);
}

}  // namespace cambist
