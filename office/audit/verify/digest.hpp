#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_md_ctx_st;
struct evp_md_st;
struct evp_pkey_st;

namespace cambist::office::verify {

using Digest = std::array<unsigned char, 32>;

/// SHA-256 of parts one behind the other.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    Digest of(std::initializer_list<std::string_view> parts);
    /// As RFC 9162 hashes leaves and nodes.
    Digest leaf(std::string_view bytes);
    Digest node(const Digest& left, const Digest& right);

  private:
    evp_md_st* method_;
    evp_md_ctx_st* context_;
};

/// The root of the Merkle tree over leaves that come one by one: a binary counter of subtrees.
class Tree {
  public:
    explicit Tree(Sha256& sha) : sha_(sha) {}

    void clear() { levels_.clear(); }
    void add(Digest leaf);
    Digest root();

  private:
    Sha256& sha_;
    std::vector<std::optional<Digest>> levels_;  ///< at n a full subtree of 2^n leaves
};

/// An Ed25519 public key.
class PublicKey {
  public:
    /// From a PEM file, as `openssl pkey -pubout` writes it. Throws CannotVerify.
    static PublicKey read(const std::filesystem::path& file);
    bool verifies(std::string_view message, std::string_view signature) const;

  private:
    explicit PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
    std::shared_ptr<evp_pkey_st> key_;
};

/// The bytes as characters, for comparing and hashing.
std::string_view text_of(const Digest& digest);
std::string number_bytes(std::int64_t number);  ///< eight, big endian
std::optional<std::string> from_hex(std::string_view text);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace cambist::office::verify
