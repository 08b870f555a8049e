#include "office/staff/token.hpp"

#include <sodium/crypto_generichash.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include <algorithm>
#include <vector>

namespace cambist::office {
namespace {

constexpr std::size_t token_size = 64;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_of(const unsigned char* bytes, std::size_t count) {
    std::string text(count * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes, count);
    text.pop_back();
    return text;
}

}  // namespace

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string random_hex(std::size_t characters) {
    std::vector<unsigned char> bytes(characters / 2);
    randombytes_buf(bytes.data(), bytes.size());
    return hex_of(bytes.data(), bytes.size());
}

TokenHash sha256_of(std::string_view text) {
    TokenHash hash;
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), bytes_of(text), text.size());
    return hash;
}

std::optional<Token> Token::from(std::string_view text) {
    if (text.size() != token_size || !is_hex(text))
        return std::nullopt;
    return Token{std::string(text)};
}

Token Token::random() {
    return {random_hex(token_size)};
}

TokenHash Token::hash() const {
    return sha256_of(text);
}

std::string csrf_token_of(const Token& session) {
    constexpr std::string_view purpose = "cambist: this page wrote the request";
    std::array<unsigned char, 32> code;
    crypto_generichash(code.data(), code.size(), bytes_of(purpose), purpose.size(),
                       bytes_of(session.text), session.text.size());
    return hex_of(code.data(), code.size());
}

bool same_text(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cambist::office
