#include "office/audit/verify/digest.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstdio>
#include <new>

#include "office/audit/verify/finding.hpp"

namespace cambist::office::verify {

namespace {

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return -1;
}

}  // namespace

Sha256::Sha256() : method_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (!method_ || !context_)
        throw std::bad_alloc();
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(method_);
}

Digest Sha256::of(std::initializer_list<std::string_view> parts) {
    Digest digest;
    EVP_DigestInit_ex2(context_, method_, nullptr);
    for (const std::string_view part : parts)
        EVP_DigestUpdate(context_, part.data(), part.size());
    EVP_DigestFinal_ex(context_, digest.data(), nullptr);
    return digest;
}

Digest Sha256::leaf(std::string_view row) {
    constexpr std::string_view mark("\0", 1);
    return of({mark, row});
}

Digest Sha256::node(const Digest& left, const Digest& right) {
    std::array<char, 1 + 2 * sizeof(Digest)> joined{1};
    std::copy(left.begin(), left.end(), joined.begin() + 1);
    std::copy(right.begin(), right.end(), joined.begin() + 1 + sizeof(Digest));
    return of({std::string_view(joined.data(), joined.size())});
}

void Tree::add(Digest leaf) {
    std::size_t level = 0;
    for (; level < levels_.size() && levels_[level]; ++level) {
        leaf = sha_.node(*levels_[level], leaf);
        levels_[level].reset();
    }
    if (level == levels_.size())
        levels_.emplace_back();
    levels_[level] = leaf;
}

Digest Tree::root() {
    std::optional<Digest> root;
    for (const auto& level : levels_)
        if (level)
            root = root ? sha_.node(*level, *root) : *level;
    return root ? *root : sha_.of({});
}

PublicKey PublicKey::read(const std::filesystem::path& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                               std::fclose);
    if (!file)
        throw CannotVerify(path.string() + ": the public key cannot be read");
    std::shared_ptr<EVP_PKEY> key(PEM_read_PUBKEY(file.get(), nullptr, nullptr, nullptr),
                                  EVP_PKEY_free);
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
        throw CannotVerify(path.string() + ": is not an Ed25519 public key in PEM");
    return PublicKey(std::move(key));
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                            message.size()) == 1;
}

std::string_view text_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string number_bytes(std::int64_t number) {
    std::string text(8, '\0');
    auto value = static_cast<std::uint64_t>(number);
    for (std::size_t at = 8; at-- > 0; value >>= 8)
        text[at] = static_cast<char>(value & 0xff);
    return text;
}

std::optional<std::string> from_hex(std::string_view text) {
    std::string value(text.size() / 2, '\0');
    for (std::size_t at = 0; at < value.size(); ++at) {
        const int high = hex_digit(text[2 * at]), low = hex_digit(text[2 * at + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        value[at] = static_cast<char>(high << 4 | low);
    }
    if (text.size() % 2 != 0)
        return std::nullopt;
    return value;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::string value(text.size() / 4 * 3, '\0');
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(value.data()), bytes(text),
                                       static_cast<int>(text.size()));
    if (length != static_cast<int>(value.size()))
        return std::nullopt;
    // The decoder turns padding into zeros, and takes bits that stand for nothing.
    std::string again(text.size() + 1, '\0');
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    value.resize(value.size() - padding);
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(again.data()), bytes(value),
                    static_cast<int>(value.size()));
    again.pop_back();
    if (again != text)
        return std::nullopt;
    return value;
}

}  // namespace cambist::office::verify
