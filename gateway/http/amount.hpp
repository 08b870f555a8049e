#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace cambist::gateway {

enum class AmountSign { positive, positive_or_zero, not_zero };

/// Reads "12.34" exactly into minor units of a currency with that many digits; never rounds.
/// The error is a stable code: amount_malformed, amount_too_precise, amount_too_large,
/// amount_zero, amount_negative.
std::expected<std::int64_t, std::string_view> parse_amount(std::string_view text, int digits,
                                                           AmountSign sign);

/// "12.34" for 1234 minor units of a currency with two digits.
std::string amount_text(std::int64_t minor, int digits);

}  // namespace cambist::gateway
