#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace cambist::gateway {

/// Seals the places in lists that clients hold as cursors: each is good for its own list with its
/// own filters alone, and none can be made up. Gateways that share the secret read each other's.
class CursorKey {
  public:
    /// From any text that is hard to guess.
    explicit CursorKey(std::string_view secret);
    /// Good as long as this process runs.
    static CursorKey random();

    /// base64url
    std::string seal(std::string_view list, std::string_view place) const;
    /// Nothing when it was not sealed for this list, or was altered.
    std::optional<std::string> open(std::string_view list, std::string_view cursor) const;

  private:
    static constexpr std::size_t mac_bytes = 16;
    using Mac = std::array<unsigned char, mac_bytes>;

    CursorKey() = default;
    Mac mac_of(std::string_view list, std::string_view place) const;

    std::array<unsigned char, 32> key_{};
};

}  // namespace cambist::gateway
