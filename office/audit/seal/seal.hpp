#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "office/audit/seal/merkle.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office {

using Signature = std::array<std::uint8_t, 64>;

/// A place in the order of the audit's rows: by transaction, then by id.
struct AuditPlace {
    std::uint64_t xid = 0;
    std::int64_t id = 0;

    friend constexpr auto operator<=>(const AuditPlace&, const AuditPlace&) = default;
};

/// How many columns of the audit a row's hash covers today; docs/audit.md lists them.
constexpr std::int16_t sealed_columns = 15;

/// One link of the chain over the audit: the rows of the places [from, to), which no transaction
/// can add to any more.
struct Seal {
    std::int64_t number = 0;  ///< from 1
    std::int16_t columns = sealed_columns;
    AuditPlace from, to;
    std::int64_t first_number = 1;  ///< of its first row; sealed rows are numbered from 1
    std::int64_t rows = 0;
    Instant sealed_at;
    Hash root{};
    Hash leaves_hash{};  ///< of what its anchor lists
    Hash previous{};     ///< hash of the seal before
    Hash hash{};         ///< of all above
    Signature signature{};
};

/// The secret that signs seals; it never enters the database.
struct SealKey {
    Hash public_key{};
    std::array<std::uint8_t, 64> secret{};

    static SealKey random();
    static SealKey from_seed(const Hash& seed);
};

Hash hash_of(const Seal& seal);
/// Sets its hash and signature.
void sign(Seal& seal, const SealKey& key);
/// Are hash and signature those that this key gives?
bool is_signed_by(const Seal& seal, const SealKey& key);

/// The rows of one seal, in their order.
class SealedRows {
  public:
    /// `row`: for each sealed column its length (-1: null) and PostgreSQL's binary form.
    void add(std::int64_t id, std::string_view row);

    std::int64_t count() const { return tree_.leaves(); }
    Hash root() const { return tree_.root(); }
    /// What the anchor lists: of each row its id and the first eight bytes of its leaf hash.
    const std::string& leaves() const { return leaves_; }

  private:
    MerkleTree tree_;
    std::string leaves_;
};

/// The line that stands for a seal in the anchors, without its end. Empty `leaves` are left out.
std::string anchor_line(const Seal& seal, std::string_view leaves);

}  // namespace cambist::office
