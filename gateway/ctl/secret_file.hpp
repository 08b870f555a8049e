#pragma once

#include <optional>
#include <string>

namespace cambist::ctl {

/// Writes a file that its owner alone may read, from its first byte on; an old file of that name is
/// replaced whole. Throws std::runtime_error with the file's name.
void write_secret(const std::string& file, const std::string& text);

/// The text of a file; nothing when there is none. Throws UsageProblem when others may read it.
std::optional<std::string> read_private(const std::string& file);

/// The first line of such a file, or of the standard input for `-`; throws UsageProblem when there
/// is none.
std::string read_secret(const std::string& file);

}  // namespace cambist::ctl
