#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cambist::office {

using TokenHash = std::array<std::byte, 32>;

/// What a cookie holds: 256 bits of the system's random source as 64 hexadecimal characters. Only
/// its hash is kept; one round of SHA-256 hides that many random bits.
struct Token {
    std::string text;

    static std::optional<Token> from(std::string_view text);
    static Token random();
    TokenHash hash() const;
};

/// What a page of ours shows to prove that it wrote the request: made from the session's token,
/// which no page can read, and telling nothing about it. 64 hexadecimal characters.
std::string csrf_token_of(const Token& session);

/// Takes the same time wherever the texts differ.
bool same_text(std::string_view a, std::string_view b);

/// Lower case hexadecimal characters, an even number, from the system's random source.
std::string random_hex(std::size_t characters);
bool is_hex(std::string_view text);
TokenHash sha256_of(std::string_view text);

}  // namespace cambist::office
