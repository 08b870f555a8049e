#include "bridge/keys/seal_key.hpp"

#include <sodium/utils.h>

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "bridge/keys/key_file.hpp"

namespace cambist::bridge {

namespace {

using office::Hash;
using office::SealKey;

constexpr int base64 = sodium_base64_VARIANT_ORIGINAL;
constexpr std::string_view secret_title = "PRIVATE KEY", public_title = "PUBLIC KEY";
// What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410).
constexpr std::string_view secret_der(
    "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
constexpr std::string_view public_der("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

std::string line_of(std::string_view word, std::string_view title) {
    return "-----" + std::string(word) + " " + std::string(title) + "-----";
}

std::string pem(std::string_view title, std::string_view der, const Hash& key) {
    std::string bytes(der);
    bytes.append(reinterpret_cast<const char*>(key.data()), key.size());
    std::string text(sodium_base64_encoded_len(bytes.size(), base64), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), base64);
    text.pop_back();
    return line_of("BEGIN", title) + "\n" + text + "\n" + line_of("END", title);
}

std::expected<Hash, std::string> read_pem(const std::filesystem::path& path, std::string_view title,
                                          std::string_view der) {
    std::ifstream file(path);
    std::string begin, text, end;
    if (!std::getline(file, begin))
        return std::unexpected(path.string() + ": cannot be read, or is empty");
    std::getline(file, text);
    std::getline(file, end);
    std::array<unsigned char, 64> bytes{};
    std::size_t size = 0;
    Hash key;
    if (begin != line_of("BEGIN", title) || end != line_of("END", title) ||
        sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                          nullptr, base64) != 0 ||
        size != der.size() + key.size() || std::memcmp(bytes.data(), der.data(), der.size()) != 0)
        return std::unexpected(path.string() +
                               ": is not an Ed25519 private key in PEM; make one with "
                               "cambist-keys --seal");
    std::memcpy(key.data(), bytes.data() + der.size(), key.size());
    return key;
}

}  // namespace

SealKey make_seal_key(const std::string& name, const std::filesystem::path& folder) {
    const auto secret = folder / (name + ".key"), open = folder / (name + ".pub");
    if (std::filesystem::exists(secret) && !std::filesystem::exists(open)) {
        const auto half = read_seal_key(secret);
        if (!half)
            throw std::runtime_error(half.error());
        write_new(open, 0644, pem(public_title, public_der, half->public_key));
        return *half;
    }
    const SealKey key = SealKey::random();
    Hash seed;
    std::memcpy(seed.data(), key.secret.data(), seed.size());
    write_new(secret, 0600, pem(secret_title, secret_der, seed));
    write_new(open, 0644, pem(public_title, public_der, key.public_key));
    return key;
}

std::expected<SealKey, std::string> read_seal_key(const std::filesystem::path& file) {
    if (std::string problem = problem_of_secret(file); !problem.empty())
        return std::unexpected(std::move(problem));
    const auto seed = read_pem(file, secret_title, secret_der);
    if (!seed)
        return std::unexpected(seed.error());
    return SealKey::from_seed(*seed);
}

}  // namespace cambist::bridge
