#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cambist::office {

using Hash = std::array<std::uint8_t, 32>;

/// SHA-256.
Hash sha256(std::string_view bytes);

/// The hash of one leaf, as RFC 9162 has it.
Hash leaf_hash(std::string_view bytes);

/// The Merkle tree of RFC 9162 over leaves that come one by one; keeps one hash a level.
class MerkleTree {
  public:
    void add(const Hash& leaf);
    Hash root() const;
    std::int64_t leaves() const { return leaves_; }

  private:
    std::vector<Hash> full_;  ///< roots of the full subtrees, largest first
    std::int64_t leaves_ = 0;
};

}  // namespace cambist::office
