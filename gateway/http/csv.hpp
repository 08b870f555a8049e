#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace cambist::gateway {

/// One line of comma-separated values (RFC 4180). A cell that a spreadsheet would take for a
/// formula begins with an apostrophe.
std::string csv_line(std::initializer_list<std::string_view> cells);

}  // namespace cambist::gateway
