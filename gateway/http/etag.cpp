#include "gateway/http/etag.hpp"

#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>

#include <algorithm>
#include <array>

namespace cambist::gateway {
namespace {

constexpr std::size_t longest_etag = 100;

bool is_strong_etag(std::string_view text) {
    return text.size() > 2 && text.size() <= longest_etag && text.front() == '"' &&
           text.back() == '"' && std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
               return c > 0x20 && c < 0x7f && c != '"';
           });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

}  // namespace

std::string etag_of_body(std::string_view body) {
    constexpr int encoding = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::array<unsigned char, 16> hash;
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(body.data()), body.size(), nullptr,
                       0);
    std::array<char, sodium_base64_ENCODED_LEN(16, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text;
    sodium_bin2base64(text.data(), text.size(), hash.data(), hash.size(), encoding);
    return '"' + std::string(text.data()) + '"';
}

bool is_known_to_client(const Headers& headers, std::string_view etag) {
    const std::string* header = headers.find("If-None-Match");
    if (!header || headers.count("If-None-Match") != 1)
        return false;
    std::string_view rest = *header;
    for (;;) {
        const auto comma = rest.find(',');
        auto named = trimmed(rest.substr(0, comma));
        if (named.starts_with("W/"))
            named.remove_prefix(2);
        if (named == "*" || named == etag)
            return true;
        if (comma == std::string_view::npos)
            return false;
        rest.remove_prefix(comma + 1);
    }
}

std::expected<std::optional<std::string>, Problem> etag_looked_at(const Headers& headers) {
    const std::string* header = headers.find("If-Match");
    if (!header)
        return std::nullopt;
    if (headers.count("If-Match") != 1 || !is_strong_etag(*header))
        return std::unexpected(
            Problem{400, "bad_if_match", "If-Match takes one ETag of what is edited", {}, {}});
    return *header;
}

}  // namespace cambist::gateway
