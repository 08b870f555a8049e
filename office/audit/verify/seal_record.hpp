#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "office/audit/verify/digest.hpp"

namespace cambist::office::verify {

/// A place in the order of the audit's rows: by transaction, then by id.
struct Place {
    std::uint64_t xid = 0;
    std::int64_t id = 0;

    friend constexpr auto operator<=>(const Place&, const Place&) = default;
};

/// A seal as an anchor or the database states it. Hashes are raw bytes.
struct SealRecord {
    std::int64_t number = 0, columns = 0;
    Place from{}, to{};
    std::int64_t first_number = 0, rows = 0;
    std::int64_t sealed_at_us = 0;  ///< since 1970 UTC
    std::string root{}, leaves_hash{}, previous{}, hash{}, signature{};

    friend bool operator==(const SealRecord&, const SealRecord&) = default;
};

/// Of each row that a seal covers its id and the first eight bytes of its leaf hash.
class Leaves {
  public:
    static constexpr std::size_t entry = 16, prefix = 8;

    explicit Leaves(std::string bytes) : bytes_(std::move(bytes)) {}

    std::size_t size() const { return bytes_.size() / entry; }
    std::int64_t id(std::size_t at) const;
    std::string_view hash(std::size_t at) const {
        return std::string_view(bytes_).substr(at * entry + prefix, prefix);
    }
    const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
};

struct AnchorRecord {
    SealRecord seal{};
    std::optional<Leaves> leaves{};
};

/// The hash that the fields of a seal give.
Digest hash_of(const SealRecord& seal, Sha256& sha);

/// What differs between two records of one seal, in words; empty: nothing.
std::string difference(const SealRecord& a, const SealRecord& b);

/// Reads one line of an anchor file; says what is wrong with it.
std::expected<AnchorRecord, std::string> read_anchor(std::string_view line);

}  // namespace cambist::office::verify
