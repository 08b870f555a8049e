#include "office/audit/seal/seal.hpp"

#include <sodium/crypto_sign_ed25519.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include <bit>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace cambist::office {

namespace {

constexpr char seal_mark = 2;  // leaves begin with 0, nodes with 1
constexpr std::size_t leaf_prefix = 8;

void append_number(std::string& bytes, std::uint64_t number) {
    if constexpr (std::endian::native == std::endian::little)
        number = std::byteswap(number);
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_hash(std::string& bytes, const Hash& hash) {
    bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

template <std::size_t Size>
std::string hex(const std::array<std::uint8_t, Size>& bytes) {
    std::string text(2 * Size + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), Size);
    text.pop_back();
    return text;
}

std::string base64(std::string_view bytes) {
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    text.pop_back();
    return text;
}

std::int64_t microseconds(Instant at) {
    return at.ns / 1000;
}

std::string rfc3339(Instant at) {
    using namespace std::chrono;
    const sys_time<std::chrono::microseconds> time(std::chrono::microseconds(at.ns / 1000));
    const year_month_day day(floor<days>(time));
    const hh_mm_ss clock(time - floor<days>(time));
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int(day.year()),
                  unsigned(day.month()), unsigned(day.day()), int(clock.hours().count()),
                  int(clock.minutes().count()), int(clock.seconds().count()),
                  int(clock.subseconds().count()));
    return text;
}

}  // namespace

SealKey SealKey::random() {
    Hash seed;
    randombytes_buf(seed.data(), seed.size());
    return from_seed(seed);
}

SealKey SealKey::from_seed(const Hash& seed) {
    SealKey key;
    crypto_sign_ed25519_seed_keypair(key.public_key.data(), key.secret.data(), seed.data());
    return key;
}

Hash hash_of(const Seal& seal) {
    std::string bytes(1, seal_mark);
    for (const std::int64_t number :
         {seal.number, std::int64_t{seal.columns}, static_cast<std::int64_t>(seal.from.xid),
          seal.from.id, static_cast<std::int64_t>(seal.to.xid), seal.to.id, seal.first_number,
          seal.rows, microseconds(seal.sealed_at)})
        append_number(bytes, static_cast<std::uint64_t>(number));
    for (const Hash* hash : {&seal.root, &seal.leaves_hash, &seal.previous})
        append_hash(bytes, *hash);
    return sha256(bytes);
}

void sign(Seal& seal, const SealKey& key) {
    seal.hash = hash_of(seal);
    crypto_sign_ed25519_detached(seal.signature.data(), nullptr, seal.hash.data(), seal.hash.size(),
                                 key.secret.data());
}

bool is_signed_by(const Seal& seal, const SealKey& key) {
    return hash_of(seal) == seal.hash &&
           crypto_sign_ed25519_verify_detached(seal.signature.data(), seal.hash.data(),
                                               seal.hash.size(), key.public_key.data()) == 0;
}

void SealedRows::add(std::int64_t id, std::string_view row) {
    const Hash leaf = leaf_hash(row);
    tree_.add(leaf);
    append_number(leaves_, static_cast<std::uint64_t>(id));
    leaves_.append(reinterpret_cast<const char*>(leaf.data()), leaf_prefix);
}

std::string anchor_line(const Seal& seal, std::string_view leaves) {
    std::string line;
    const auto number = [&](const char* key, auto value) {
        line += line.empty() ? "{\"" : ",\"";
        line.append(key).append("\":").append(std::to_string(value));
    };
    const auto text = [&](const char* key, const std::string& value) {
        line.append(",\"").append(key).append("\":\"").append(value).append("\"");
    };
    number("number", seal.number);
    number("columns", seal.columns);
    number("xid_from", seal.from.xid);
    number("id_from", seal.from.id);
    number("xid_to", seal.to.xid);
    number("id_to", seal.to.id);
    number("first_number", seal.first_number);
    number("rows", seal.rows);
    text("sealed_at", rfc3339(seal.sealed_at));
    text("root", hex(seal.root));
    text("leaves_hash", hex(seal.leaves_hash));
    text("previous", hex(seal.previous));
    text("hash", hex(seal.hash));
    text("signature", hex(seal.signature));
    if (!leaves.empty())
        text("leaves", base64(leaves));
    return line + "}";
}

}  // namespace cambist::office
