#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/staff/token.hpp"

namespace cambist::office {

/// The keys of an installation that stand outside its database: a copy of the database alone opens
/// no second factor and tells no username that was tried.
class SecretKeys {
  public:
    /// A file's text: one key a line, 64 hexadecimal characters. The first encrypts, all of them
    /// decrypt, so that a key can be replaced. The error says what is wrong with it.
    static std::expected<SecretKeys, std::string> from(std::string_view text);
    /// The text of a new file.
    static std::string random_text();

    /// Encrypted and bound to `owner`: it opens for no other.
    std::vector<std::byte> seal(const std::vector<std::byte>& secret, std::string_view owner) const;
    std::optional<std::vector<std::byte>> open(const std::vector<std::byte>& sealed,
                                               std::string_view owner) const;
    /// The same for the same text, and telling nothing about it to who has no key.
    TokenHash keyed_hash(std::string_view purpose, std::string_view text) const;

  private:
    using Key = std::array<unsigned char, 32>;
    std::vector<Key> keys_;
};

}  // namespace cambist::office
