#include "office/staff/secret_keys.hpp"

#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/crypto_generichash.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include <algorithm>
#include <ranges>

namespace cambist::office {
namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t key_text_size = 64;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes) {
    return reinterpret_cast<const unsigned char*>(bytes);
}

}  // namespace

std::expected<SecretKeys, std::string> SecretKeys::from(std::string_view text) {
    SecretKeys keys;
    for (const auto part : std::views::split(text, '\n')) {
        const std::string_view line(part.begin(), part.end());
        if (line.empty())
            continue;
        if (line.size() != key_text_size || !is_hex(line))
            return std::unexpected("a line is not a key of 64 hexadecimal characters");
        Key key;
        sodium_hex2bin(key.data(), key.size(), line.data(), line.size(), nullptr, nullptr, nullptr);
        keys.keys_.push_back(key);
    }
    if (keys.keys_.empty())
        return std::unexpected("holds no key");
    return keys;
}

std::string SecretKeys::random_text() {
    return random_hex(key_text_size) + "\n";
}

std::vector<std::byte> SecretKeys::seal(const std::vector<std::byte>& secret,
                                        std::string_view owner) const {
    std::vector<std::byte> sealed(nonce_size + secret.size() + tag_size);
    randombytes_buf(sealed.data(), nonce_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        raw(sealed.data()) + nonce_size, nullptr, raw(secret.data()), secret.size(),
        bytes_of(owner), owner.size(), nullptr, raw(sealed.data()), keys_.front().data());
    return sealed;
}

std::optional<std::vector<std::byte>> SecretKeys::open(const std::vector<std::byte>& sealed,
                                                       std::string_view owner) const {
    if (sealed.size() < nonce_size + tag_size)
        return std::nullopt;
    std::vector<std::byte> secret(sealed.size() - nonce_size - tag_size);
    for (const Key& key : keys_)
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(
                raw(secret.data()), nullptr, nullptr, raw(sealed.data()) + nonce_size,
                sealed.size() - nonce_size, bytes_of(owner), owner.size(), raw(sealed.data()),
                key.data()) == 0)
            return secret;
    return std::nullopt;
}

TokenHash SecretKeys::keyed_hash(std::string_view purpose, std::string_view text) const {
    const std::string message = std::string(purpose) + '\0' + std::string(text);
    TokenHash hash;
    crypto_generichash(raw(hash.data()), hash.size(), bytes_of(message), message.size(),
                       keys_.front().data(), keys_.front().size());
    return hash;
}

}  // namespace cambist::office
