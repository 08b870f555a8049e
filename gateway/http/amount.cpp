#include "gateway/http/amount.hpp"

#include <algorithm>
#include <optional>

namespace cambist::gateway {
namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> scaled(std::string_view whole, std::string_view fraction, int digits,
                                   bool negative) {
    std::int64_t minor = 0;
    const auto take = [&](int digit) {
        return !__builtin_mul_overflow(minor, 10, &minor) &&
               !__builtin_add_overflow(minor, negative ? -digit : digit, &minor);
    };
    for (const char c : whole)
        if (!take(c - '0'))
            return std::nullopt;
    for (std::size_t i = 0; i < static_cast<std::size_t>(digits); ++i)
        if (!take(i < fraction.size() ? fraction[i] - '0' : 0))
            return std::nullopt;
    return minor;
}

}  // namespace

std::expected<std::int64_t, std::string_view> parse_amount(std::string_view text, int digits,
                                                           AmountSign sign) {
    const bool negative = text.starts_with('-');
    if (negative)
        text.remove_prefix(1);
    const auto point = text.find('.');
    const auto whole = text.substr(0, point);
    const bool has_fraction = point != std::string_view::npos;
    const auto fraction = has_fraction ? text.substr(point + 1) : std::string_view();
    if (!all_digits(whole) || (has_fraction && !all_digits(fraction)) ||
        (whole.size() > 1 && whole.front() == '0'))
        return std::unexpected("amount_malformed");
    if (fraction.size() > static_cast<std::size_t>(digits))
        return std::unexpected("amount_too_precise");
    const auto minor = scaled(whole, fraction, digits, negative);
    if (!minor)
        return std::unexpected("amount_too_large");
    if (negative && *minor == 0)
        return std::unexpected("amount_malformed");
    if (*minor == 0 && sign != AmountSign::positive_or_zero)
        return std::unexpected("amount_zero");
    if (negative && sign != AmountSign::not_zero)
        return std::unexpected("amount_negative");
    return *minor;
}

std::string amount_text(std::int64_t minor, int digits) {
    const bool negative = minor < 0;
    std::string text = std::to_string(minor);
    if (negative)
        text.erase(0, 1);
    const auto places = static_cast<std::size_t>(digits);
    if (text.size() <= places)
        text.insert(0, places + 1 - text.size(), '0');
    if (places > 0)
        text.insert(text.size() - places, ".");
    return negative ? "-" + text : text;
}

}  // namespace cambist::gateway
