// Integer arithmetic of prices, volumes and money; every rounding is half away from zero.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cambist::sim {

using Wide = __int128;

inline constexpr int64_t kE8 = 100'000'000;

/// 10^exponent for 0..18.
int64_t power_of_ten(int exponent);

/// numerator / denominator, rounded half away from zero; denominator > 0.
Wide divide_rounded(Wide numerator, Wide denominator);

/// Narrows, saturating at the limits of int64.
int64_t saturated(Wide value);

/// What `volume` (1e-8 lot) gains when the price moves by `difference` (10^-price_digits), in
/// minor units of the account: difference x volume x contract (1e-8) x rate (1e-8).
int64_t gain(int64_t difference, uint64_t volume, int64_t contract_size, int price_digits,
             int64_t rate_e8, int currency_digits);

/// What `volume` of the base currency is worth in minor units of the account.
int64_t worth(uint64_t volume, int64_t contract_size, int64_t rate_e8, int currency_digits);

/// "1.39147" with 5 digits is 139147; nothing when it is no plain positive decimal, has more
/// digits after the point than `digits`, or does not fit.
std::optional<int64_t> parse_decimal(std::string_view text, int digits);

}  // namespace cambist::sim
