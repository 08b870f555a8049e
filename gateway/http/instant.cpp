#include "gateway/http/instant.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace cambist::gateway {

namespace {

constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
constexpr std::string_view offset_form = "+dd:dd";
constexpr std::size_t most_digits = 9;

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

bool fits(std::string_view text, std::string_view wanted) {
    return text.size() == wanted.size() &&
           std::ranges::equal(text, wanted, [](char letter, char like) {
               return like == 'd' ? is_digit(letter) : letter == like;
           });
}

int number(std::string_view digits) {
    int value = 0;
    for (const char digit : digits)
        value = 10 * value + (digit - '0');
    return value;
}

/// Takes `.5` from the beginning; nothing when a point has no digits, or too many.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    if (!text.starts_with('.'))
        return 0;
    text.remove_prefix(1);
    std::int64_t ns = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]) && digits <= most_digits; ++digits)
        ns = 10 * ns + (text[digits] - '0');
    if (digits == 0 || digits > most_digits)
        return std::nullopt;
    text.remove_prefix(digits);
    for (; digits < most_digits; ++digits)
        ns *= 10;
    return ns;
}

/// `Z` or `+02:00`.
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
    if (text == "Z")
        return std::chrono::minutes(0);
    const bool west = text.starts_with('-');
    if (!west && !text.starts_with('+'))
        return std::nullopt;
    if (!fits(text.substr(1), offset_form.substr(1)))
        return std::nullopt;
    const int hours = number(text.substr(1, 2)), minutes = number(text.substr(4, 2));
    if (hours > 23 || minutes > 59)
        return std::nullopt;
    const std::chrono::minutes offset(60 * hours + minutes);
    return west ? -offset : offset;
}

}  // namespace

std::optional<Instant> instant_of(std::string_view text) {
    using namespace std::chrono;
    if (text.size() <= form.size() || !fits(text.substr(0, form.size()), form))
        return std::nullopt;
    const year_month_day day{year(number(text.substr(0, 4))),
                             month(static_cast<unsigned>(number(text.substr(5, 2)))),
                             std::chrono::day(static_cast<unsigned>(number(text.substr(8, 2))))};
    const int hour = number(text.substr(11, 2)), minute = number(text.substr(14, 2)),
              second = number(text.substr(17, 2));
    // Nanoseconds since 1970 in 64 bits end in 2262.
    const bool holds = day.year() >= year(1970) && day.year() <= year(2261);
    if (!day.ok() || !holds || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    text.remove_prefix(form.size());
    const auto fraction = take_fraction(text);
    const auto offset = fraction ? offset_of(text) : std::nullopt;
    if (!offset)
        return std::nullopt;
    const auto time = sys_days(day) + hours(hour) + minutes(minute) + seconds(second) - *offset;
    return Instant{duration_cast<nanoseconds>(time.time_since_epoch()).count() + *fraction};
}

}  // namespace cambist::gateway
