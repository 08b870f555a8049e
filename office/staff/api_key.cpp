#include "office/staff/api_key.hpp"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include <algorithm>

namespace cambist::office {
namespace {

constexpr std::size_t id_size = 16, secret_size = 64;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string random_hex(std::size_t characters) {
    std::vector<unsigned char> bytes(characters / 2);
    randombytes_buf(bytes.data(), bytes.size());
    std::string text(characters + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

}  // namespace

std::optional<KeyText> KeyText::from(std::string_view text) {
    constexpr std::string_view prefix = "cmb_";
    if (text.size() != prefix.size() + id_size + 1 + secret_size || !text.starts_with(prefix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    const auto id = text.substr(0, id_size), secret = text.substr(id_size + 1);
    if (text[id_size] != '_' || !is_hex(id) || !is_hex(secret))
        return std::nullopt;
    return KeyText{std::string(id), std::string(secret)};
}

KeyText KeyText::random() {
    return {random_hex(id_size), random_hex(secret_size)};
}

KeyHash hash_of(const KeyText& key) {
    const std::string text = key.text();
    KeyHash hash;
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return hash;
}

bool opens(const KeyText& shown, const std::optional<ApiKey>& kept) {
    const KeyHash given = hash_of(shown);
    const KeyHash expected = kept ? kept->hash : KeyHash{};
    const bool equal = sodium_memcmp(given.data(), expected.data(), given.size()) == 0;
    return equal && kept && !kept->ended;
}

}  // namespace cambist::office
