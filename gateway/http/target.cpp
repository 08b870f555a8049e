#include "gateway/http/target.hpp"

#include <algorithm>
#include <cstdint>

namespace cambist::gateway {
namespace {

constexpr std::size_t most_segments = 16;
constexpr std::size_t most_parameters = 32;

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

std::expected<std::string, std::string_view> percent_decode(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (text.size() - i < 3)
            return std::unexpected("bad_percent_encoding");
        const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0)
            return std::unexpected("bad_percent_encoding");
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (!is_utf8(plain) || std::ranges::any_of(plain, is_control))
        return std::unexpected("bad_percent_encoding");
    return plain;
}

/// Segments are ids and nouns: whatever could mean something to a file system, a proxy or a
/// second decoder is refused.
bool plain_segment(std::string_view segment) {
    return !segment.empty() && segment != "." && segment != ".." &&
           segment.find_first_of("/\\;%") == std::string_view::npos;
}

std::expected<std::vector<std::string>, std::string_view> parse_path(std::string_view path) {
    std::vector<std::string> segments;
    if (path.size() == 1)
        return segments;
    for (path.remove_prefix(1);;) {
        const auto slash = path.find('/');
        auto segment = percent_decode(path.substr(0, slash));
        if (!segment)
            return std::unexpected(segment.error());
        if (!plain_segment(*segment) || segments.size() == most_segments)
            return std::unexpected("bad_path");
        segments.push_back(std::move(*segment));
        if (slash == std::string_view::npos)
            return segments;
        path.remove_prefix(slash + 1);
    }
}

bool plain_key(std::string_view key) {
    return !key.empty() && key.size() <= 64 &&
           std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

std::expected<void, std::string_view> parse_query(std::string_view text, Target& target) {
    for (;;) {
        const auto end = text.find('&');
        const auto pair = text.substr(0, end);
        const auto equals = pair.find('=');
        const auto key = pair.substr(0, equals);
        if (equals == std::string_view::npos || !plain_key(key) ||
            target.query.size() == most_parameters)
            return std::unexpected("bad_query");
        if (target.parameter(key))
            return std::unexpected("duplicate_parameter");
        auto value = percent_decode(pair.substr(equals + 1));
        if (!value)
            return std::unexpected(value.error());
        target.query.emplace_back(std::string(key), std::move(*value));
        if (end == std::string_view::npos)
            return {};
        text.remove_prefix(end + 1);
    }
}

/// How many continuation bytes follow this lead byte, and the range of the first of them.
struct Utf8Lead {
    int following;
    unsigned char low, high;
};

std::optional<Utf8Lead> utf8_lead(unsigned char c) {
    if (c >= 0xc2 && c <= 0xdf)
        return Utf8Lead{1, 0x80, 0xbf};
    if (c == 0xe0)
        return Utf8Lead{2, 0xa0, 0xbf};
    if (c == 0xed)
        return Utf8Lead{2, 0x80, 0x9f};
    if (c >= 0xe1 && c <= 0xef)
        return Utf8Lead{2, 0x80, 0xbf};
    if (c == 0xf0)
        return Utf8Lead{3, 0x90, 0xbf};
    if (c >= 0xf1 && c <= 0xf3)
        return Utf8Lead{3, 0x80, 0xbf};
    if (c == 0xf4)
        return Utf8Lead{3, 0x80, 0x8f};
    return std::nullopt;
}

}  // namespace

const std::string* Target::parameter(std::string_view key) const {
    const auto found = std::ranges::find(query, key, &std::pair<std::string, std::string>::first);
    return found == query.end() ? nullptr : &found->second;
}

std::expected<Target, std::string_view> parse_target(std::string_view text) {
    if (text.empty() || text.front() != '/')
        return std::unexpected("bad_target");
    if (std::ranges::any_of(text, [](char c) {
            return is_control(c) || static_cast<unsigned char>(c) > 0x7f || c == ' ' || c == '#';
        }))
        return std::unexpected("bad_target");
    Target target;
    const auto question = text.find('?');
    auto segments = parse_path(text.substr(0, question));
    if (!segments)
        return std::unexpected(segments.error());
    target.segments = std::move(*segments);
    if (question == std::string_view::npos || question + 1 == text.size())
        return target;
    if (auto read = parse_query(text.substr(question + 1), target); !read)
        return std::unexpected(read.error());
    return target;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || std::string_view("-._~").contains(c);
        if (plain)
            encoded += c;
        else
            encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return encoded;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80)
            continue;
        const auto lead = utf8_lead(byte);
        if (!lead || text.size() - i - 1 < static_cast<std::size_t>(lead->following))
            return false;
        const auto first = static_cast<unsigned char>(text[i + 1]);
        if (first < lead->low || first > lead->high)
            return false;
        for (int k = 2; k <= lead->following; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80)
                return false;
        i += lead->following;
    }
    return true;
}

}  // namespace cambist::gateway
