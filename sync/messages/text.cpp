#include "sync/messages/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace cambist {

namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080ull;
constexpr std::uint64_t low_bits = 0x0101010101010101ull;

/// How many bytes from the front are plain ASCII other than NUL, counted in steps of eight.
std::size_t plain_bytes(std::string_view text) {
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        if (((word | (word - low_bits)) & high_bits) != 0)
            break;
    }
    return at;
}

/// The length of the character at the front of `text`, 0 when it is not well-formed.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t at) -> unsigned {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
    };
    const auto continues = [&](std::size_t at) { return (byte(at) & 0xc0) == 0x80; };
    const unsigned lead = byte(0);
    if (lead < 0x80)
        return lead != 0 ? 1 : 0;
    if (lead < 0xc2 || lead > 0xf4 || !continues(1))
        return 0;
    if (lead < 0xe0)
        return 2;
    const unsigned second = byte(1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second > 0x9f;
    const bool too_high = lead == 0xf4 && second > 0x8f;
    if (overlong || surrogate || too_high || !continues(2))
        return 0;
    if (lead < 0xf0)
        return 3;
    return continues(3) ? 4 : 0;
}

}  // namespace

bool is_sound_text(std::string_view text) {
    std::size_t at = plain_bytes(text);
    while (at < text.size()) {
        const std::size_t length = character_length(text.substr(at));
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

std::size_t characters_of(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(
        utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void copy_sound_text(std::string_view text, std::byte* to) {
    std::size_t at = plain_bytes(text);
    if (at != 0)
        std::memcpy(to, text.data(), at);
    while (at < text.size()) {
        const std::size_t length = character_length(text.substr(at));
        if (length == 0) {
            to[at++] = std::byte{'?'};
            continue;
        }
        std::memcpy(to + at, text.data() + at, length);
        at += length;
    }
}

}  // namespace cambist
