// Text in the NUL padded fields of records.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace cambist::sim {

/// The text of a NUL padded field, which may fill it to the last byte.
template <size_t N>
std::string_view text_in(const char (&field)[N]) {
    return {field, strnlen(field, N)};
}

/// Cuts `text` to the field, leaving at least one NUL and never half a UTF-8 character.
template <size_t N>
void set_text(char (&field)[N], std::string_view text, size_t most = N - 1) {
    size_t length = std::min({text.size(), most, N - 1});
    if (length < text.size())
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0u) == 0x80u)
            --length;
    std::memset(field, 0, N);
    std::memcpy(field, text.data(), length);
}

}  // namespace cambist::sim
