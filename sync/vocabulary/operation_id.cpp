#include "sync/vocabulary/operation_id.hpp"

#include <cstdio>
#include <cstdlib>

#include "sync/vocabulary/assertion.hpp"

namespace cambist {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", condition, file, line);
    std::abort();
}

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t tag_characters = 22;

constexpr bool is_hyphen(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

void shift_in(OperationId& id, unsigned bits, std::uint64_t value) {
    id.hi = id.hi << bits | id.lo >> (64 - bits);
    id.lo = id.lo << bits | value;
}

}  // namespace

std::string OperationId::uuid() const {
    std::string text(36, '-');
    unsigned digit = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_hyphen(at))
            continue;
        const std::uint64_t half = digit < 16 ? hi : lo;
        text[at] = hex_digits[half >> (60 - 4 * (digit % 16)) & 15];
        ++digit;
    }
    return text;
}

std::optional<OperationId> OperationId::from_uuid(std::string_view text) {
    if (text.size() != 36)
        return std::nullopt;
    OperationId id;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_hyphen(at)) {
            if (text[at] != '-')
                return std::nullopt;
            continue;
        }
        const char lower = text[at] >= 'A' && text[at] <= 'F' ? char(text[at] + 32) : text[at];
        const std::size_t value = hex_digits.find(lower);
        if (value == std::string_view::npos)
            return std::nullopt;
        shift_in(id, 4, value);
    }
    return id;
}

std::array<char, 25> OperationId::tag() const {
    std::array<char, 25> text{};
    text[0] = 'C';
    text[1] = ':';
    for (std::size_t at = 0; at < tag_characters; ++at) {
        // 22 characters hold 132 bits: the last one carries two bits of the id and four zeros.
        const int low = 122 - 6 * int(at);
        const unsigned __int128 whole = static_cast<unsigned __int128>(hi) << 64 | lo;
        const auto six = low >= 0 ? unsigned(whole >> low) & 63 : unsigned(whole << -low) & 63;
        text[2 + at] = base64url[six];
    }
    return text;
}

std::optional<OperationId> OperationId::from_tag(std::string_view comment) {
    if (comment.size() < 2 + tag_characters || !comment.starts_with("C:"))
        return std::nullopt;
    OperationId id;
    for (std::size_t at = 0; at < tag_characters; ++at) {
        const std::size_t six = base64url.find(comment[2 + at]);
        if (six == std::string_view::npos)
            return std::nullopt;
        const bool last = at + 1 == tag_characters;
        if (last && (six & 15) != 0)
            return std::nullopt;
        shift_in(id, last ? 2 : 6, last ? six >> 4 : six);
    }
    return id;
}

}  // namespace cambist
