#include "sim/trading_server/money_math.hpp"

#include <limits>

namespace cambist::sim {

int64_t power_of_ten(int exponent) {
    int64_t power = 1;
    for (int i = 0; i < exponent; ++i)
        power *= 10;
    return power;
}

Wide divide_rounded(Wide numerator, Wide denominator) {
    const Wide half = denominator / 2;
    return numerator >= 0 ? (numerator + half) / denominator : -((-numerator + half) / denominator);
}

int64_t saturated(Wide value) {
    constexpr auto least = std::numeric_limits<int64_t>::min();
    constexpr auto most = std::numeric_limits<int64_t>::max();
    return value < least ? least : value > most ? most : static_cast<int64_t>(value);
}

int64_t gain(int64_t difference, uint64_t volume, int64_t contract_size, int price_digits,
             int64_t rate_e8, int currency_digits) {
    const Wide in_profit_currency_e8 =
        divide_rounded(Wide{difference} * static_cast<Wide>(volume) * contract_size,
                       Wide{kE8} * power_of_ten(price_digits));
    return saturated(divide_rounded(in_profit_currency_e8 * rate_e8 * power_of_ten(currency_digits),
                                    Wide{kE8} * kE8));
}

int64_t worth(uint64_t volume, int64_t contract_size, int64_t rate_e8, int currency_digits) {
    const Wide units_e8 = divide_rounded(static_cast<Wide>(volume) * contract_size, kE8);
    return saturated(
        divide_rounded(units_e8 * rate_e8 * power_of_ten(currency_digits), Wide{kE8} * kE8));
}

std::optional<int64_t> parse_decimal(std::string_view text, int digits) {
    if (text.empty() || text.size() > 18)
        return std::nullopt;
    int64_t value = 0;
    int after_point = -1;
    bool any = false;
    for (const char c : text) {
        if (c == '.') {
            if (after_point >= 0)
                return std::nullopt;
            after_point = 0;
            continue;
        }
        if (c < '0' || c > '9')
            return std::nullopt;
        any = true;
        value = value * 10 + (c - '0');
        if (after_point >= 0 && ++after_point > digits)
            return std::nullopt;
    }
    if (!any)
        return std::nullopt;
    const Wide scaled = Wide{value} * power_of_ten(digits - (after_point < 0 ? 0 : after_point));
    if (scaled > std::numeric_limits<int64_t>::max())
        return std::nullopt;
    return static_cast<int64_t>(scaled);
}

}  // namespace cambist::sim
