#pragma once

#include <cstddef>
#include <string_view>

namespace cambist {

/// True: well-formed UTF-8 without NUL (no overlong forms, surrogates, or values past U+10FFFF).
bool is_sound_text(std::string_view text);

/// Characters (code points) of well-formed UTF-8.
std::size_t characters_of(std::string_view utf8);

/// Copies `text` to `to` (as many bytes), each byte that breaks UTF-8 replaced by '?': what a
/// trading server calls text may be in any code page, or cut within a character.
void copy_sound_text(std::string_view text, std::byte* to);

}  // namespace cambist
