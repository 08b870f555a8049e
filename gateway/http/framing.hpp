#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

#include "gateway/http/problem.hpp"

namespace cambist::gateway {

/// Bounds of a request's header block.
struct HeaderLimits {
    std::size_t bytes = 16 * 1024;
    std::size_t count = 64;
};

/// Looks for the end of the header block in what has arrived. `from` is where the last search
/// ended. A bare LF or CR is refused at once: a proxy might read another message than we do.
/// Gives the size of the block, nothing while incomplete, or the problem.
std::expected<std::optional<std::size_t>, Problem> find_header_end(std::string_view arrived,
                                                                   std::size_t from,
                                                                   const HeaderLimits& limits);

/// Checks what a lenient parser would let through: folding, space before the colon, control
/// characters, too many fields, two lengths, length with transfer coding, `Host` not exactly once,
/// unknown versions. `block` is the whole header block with its empty line.
std::optional<Problem> check_header(std::string_view block, const HeaderLimits& limits);

}  // namespace cambist::gateway
