#pragma once

#include <boost/json/value.hpp>
#include <expected>
#include <string_view>

#include "gateway/http/problem.hpp"

namespace cambist::gateway {

/// Reads one JSON text strictly (RFC 8259, depth at most 16, no key twice, nothing after it, no
/// byte order mark, well-formed UTF-8, no lone surrogate). The problem is 400 `bad_json`.
std::expected<boost::json::value, Problem> parse_json(std::string_view text);

}  // namespace cambist::gateway
