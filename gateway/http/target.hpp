#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cambist::gateway {

/// The decoded path and query of a request line.
struct Target {
    std::vector<std::string> segments;  ///< `/v1/servers` is {"v1", "servers"}; `/` is {}
    std::vector<std::pair<std::string, std::string>> query;  ///< unique keys

    const std::string* parameter(std::string_view key) const;
};

/// Reads the origin form (`/path?query`) strictly. The error is a stable code: bad_target,
/// bad_percent_encoding, bad_path, bad_query, duplicate_parameter.
std::expected<Target, std::string_view> parse_target(std::string_view text);

/// As it stands in a query.
std::string percent_encoded(std::string_view text);

/// True when every byte belongs to a well-formed UTF-8 sequence (no overlong form, no surrogate).
bool is_utf8(std::string_view text);

}  // namespace cambist::gateway
