#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

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
    OperationId principal;             ///< who acts when it is shown
    std::optional<OperationId> owner;  ///< whose it is; nothing: the installation's
    std::optional<OperationId> owner_person;
    std::vector<std::string> permissions;
    std::optional<Instant> expires_at;
    bool ended = false;  ///< revoked, expired, not taken yet, or its owner is not active
};

/// For which clients a grant or a key counts, as the columns of role_grant say it.
struct ClientScope {
    std::vector<std::string> legal_entities, regions;  ///< empty: all
    bool own_clients = false;
    std::optional<OperationId> partner;
};

KeyHash hash_of(const KeyText& key);
/// Does the text belong to the key, which has not ended? Takes the same time whatever differs;
/// with no key it compares all the same, and says no.
bool opens(const KeyText& shown, const std::optional<ApiKey>& kept);

}  // namespace cambist::office
