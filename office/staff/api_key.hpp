#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cambist::office {

using KeyHash = std::array<std::byte, 32>;

/// What a caller shows: `cmb_<id>_<secret>`, 16 and 64 hexadecimal characters.
struct KeyText {
    std::string id, secret;

    std::string text() const { return "cmb_" + id + "_" + secret; }
    static std::optional<KeyText> from(std::string_view text);
    /// From the system's random source.
    static KeyText random();
};

/// One API key as kept: the secret is 256 random bits, so one round of SHA-256 hides it.
struct ApiKey {
    std::string id, name;
    KeyHash hash{};
    std::vector<std::string> scopes;
    bool narrow_only = true;  ///< may take rights away, never give them
    bool revoked = false;
};

KeyHash hash_of(const KeyText& key);
/// Does the text belong to the key, which is not revoked? Takes the same time whatever differs;
/// with no key it compares all the same, and says no.
bool opens(const KeyText& shown, const std::optional<ApiKey>& kept);

/// Every scope that a key may have, with what it allows.
struct Scope {
    std::string_view name, allows;
};
std::span<const Scope> known_scopes();
bool is_known_scope(std::string_view name);

}  // namespace cambist::office
