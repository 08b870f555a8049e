#include "gateway/auth/cookies.hpp"

#include <ranges>

namespace cambist::gateway {
namespace {

bool is_name(std::string_view field) {
    constexpr std::string_view wanted = "cookie";
    return std::ranges::equal(field, wanted, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::expected<std::optional<office::Token>, Problem> token_in_cookie(const Headers& headers,
                                                                     std::string_view name) {
    std::optional<std::string_view> found;
    for (const auto& [field, value] : headers.fields()) {
        if (!is_name(field))
            continue;
        for (const auto part : std::views::split(value, ';')) {
            const auto pair = trimmed(std::string_view(part.begin(), part.end()));
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name)
                continue;
            if (found)
                return std::unexpected(
                    Problem{400, "bad_cookie", "a cookie of ours is there twice", {}, {}});
            found = pair.substr(equals + 1);
        }
    }
    if (!found)
        return std::nullopt;
    return office::Token::from(*found);
}

std::string cookie_text(std::string_view name, std::string_view value,
                        std::optional<std::chrono::seconds> lasts) {
    std::string text = std::string(name) + "=" + std::string(value) +
                       "; Path=/; Secure; HttpOnly; SameSite=Strict";
    if (lasts)
        text += "; Max-Age=" + std::to_string(lasts->count());
    return text;
}

}  // namespace cambist::gateway
