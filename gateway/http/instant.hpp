#pragma once

#include <optional>
#include <string_view>

#include "sync/vocabulary/instant.hpp"

namespace cambist::gateway {

/// Reads a time of RFC 3339, e.g. 2026-01-31T23:59:59.5Z or with an offset as +02:00; up to nine
/// digits of a second.
std::optional<Instant> instant_of(std::string_view text);

}  // namespace cambist::gateway
