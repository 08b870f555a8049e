#pragma once

#include <string>

namespace cambist::ctl {

/// Writes a file that its owner alone may read, from its first byte on; an old file of that name is
/// replaced whole. Throws std::runtime_error with the file's name.
void write_secret(const std::string& file, const std::string& text);

}  // namespace cambist::ctl
