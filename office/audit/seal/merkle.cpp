#include "office/audit/seal/merkle.hpp"

#include <sodium/crypto_hash_sha256.h>

namespace cambist::office {

namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Hash node_hash(const Hash& left, const Hash& right) {
    std::array<unsigned char, 1 + 2 * sizeof(Hash)> bytes{1};
    std::copy(left.begin(), left.end(), bytes.begin() + 1);
    std::copy(right.begin(), right.end(), bytes.begin() + 1 + sizeof(Hash));
    Hash hash;
    crypto_hash_sha256(hash.data(), bytes.data(), bytes.size());
    return hash;
}

}  // namespace

Hash sha256(std::string_view bytes) {
    Hash hash;
    crypto_hash_sha256(hash.data(), bytes_of(bytes), bytes.size());
    return hash;
}

Hash leaf_hash(std::string_view bytes) {
    constexpr unsigned char leaf = 0;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &leaf, 1);
    crypto_hash_sha256_update(&state, bytes_of(bytes), bytes.size());
    Hash hash;
    crypto_hash_sha256_final(&state, hash.data());
    return hash;
}

void MerkleTree::add(const Hash& leaf) {
    full_.push_back(leaf);
    ++leaves_;
    // Two full subtrees of one size are a full subtree of the next.
    for (std::int64_t pairs = leaves_; pairs % 2 == 0; pairs /= 2) {
        const Hash right = full_.back();
        full_.pop_back();
        full_.back() = node_hash(full_.back(), right);
    }
}

Hash MerkleTree::root() const {
    if (full_.empty())
        return sha256({});
    Hash root = full_.back();
    for (std::size_t at = full_.size() - 1; at-- > 0;)
        root = node_hash(full_[at], root);
    return root;
}

}  // namespace cambist::office
