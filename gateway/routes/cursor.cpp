#include "gateway/routes/cursor.hpp"

#include <sodium/crypto_generichash.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include <cstdint>

namespace cambist::gateway {
namespace {

constexpr std::size_t longest_cursor = 500;
constexpr int encoding = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

CursorKey::CursorKey(std::string_view secret) {
    crypto_generichash(key_.data(), key_.size(), bytes_of(secret), secret.size(), nullptr, 0);
}

CursorKey CursorKey::random() {
    CursorKey key;
    randombytes_buf(key.key_.data(), key.key_.size());
    return key;
}

CursorKey::Mac CursorKey::mac_of(std::string_view list, std::string_view place) const {
    crypto_generichash_state state;
    Mac mac;
    const std::uint64_t length = list.size();
    crypto_generichash_init(&state, key_.data(), key_.size(), mac.size());
    // The length keeps the end of the one apart from the beginning of the other.
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&length),
                              sizeof length);
    crypto_generichash_update(&state, bytes_of(list), list.size());
    crypto_generichash_update(&state, bytes_of(place), place.size());
    crypto_generichash_final(&state, mac.data(), mac.size());
    return mac;
}

std::string CursorKey::seal(std::string_view list, std::string_view place) const {
    const Mac mac = mac_of(list, place);
    std::string sealed(mac.begin(), mac.end());
    sealed += place;
    std::string text(sodium_base64_encoded_len(sealed.size(), encoding), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes_of(sealed), sealed.size(), encoding);
    text.pop_back();  // the terminating NUL
    return text;
}

std::optional<std::string> CursorKey::open(std::string_view list, std::string_view cursor) const {
    if (cursor.size() > longest_cursor)
        return std::nullopt;
    std::string sealed(cursor.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(sealed.data()), sealed.size(),
                          cursor.data(), cursor.size(), nullptr, &size, nullptr, encoding) != 0 ||
        size < mac_bytes)
        return std::nullopt;
    sealed.resize(size);
    std::string place = sealed.substr(mac_bytes);
    const Mac mac = mac_of(list, place);
    if (sodium_memcmp(mac.data(), sealed.data(), mac.size()) != 0)
        return std::nullopt;
    return place;
}

}  // namespace cambist::gateway
