#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cambist {

/// Matches a group name against one pattern: `*` stands for any run of characters, the rest is
/// literal and case-sensitive. Linear in both lengths.
bool matches(std::string_view pattern, std::string_view name);

/// A scope is a list of patterns; one that begins with `!` takes its matches out again. The last
/// pattern that matches decides; an empty list matches nothing.
bool in_scope(std::span<const std::string> patterns, std::string_view group);

}  // namespace cambist
