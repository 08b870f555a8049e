#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace cambist::bridge {

/// Writes a file with one more end of line: whole or not at all, and never over another file.
/// Throws std::system_error.
void write_new(const std::filesystem::path& path, mode_t mode, const std::string& text);

/// Why a file may not hold a secret, in one sentence; empty: it may.
std::string problem_of_secret(const std::filesystem::path& file);

}  // namespace cambist::bridge
