#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cambist::ctl {

/// As it may be shown on a terminal: whatever could move the cursor or turn the direction of
/// writing, and what is no UTF-8, becomes U+FFFD.
std::string printable(std::string_view utf8);

/// Cells that a terminal needs for printable text.
std::size_t width_of(std::string_view utf8);

/// At most so many cells; what was cut ends with an ellipsis.
std::string cut(std::string_view utf8, std::size_t width);

/// Lines of at most so many cells, broken at blanks; a longer word stays whole.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

bool is_utf8(std::string_view text);

}  // namespace cambist::ctl
