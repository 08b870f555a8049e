#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace cambist::bridge {

/// A CURVE key pair in Z85, 40 characters each.
struct CurvePair {
    std::string public_key, secret_key;
};

CurvePair new_pair();

/// Writes NAME.key (readable by its owner alone) and NAME.pub into the folder, neither over an
/// existing file. Throws std::system_error.
void write_pair(const CurvePair& pair, const std::string& name,
                const std::filesystem::path& folder);

/// A new pair, written; where only NAME.key is there, because the last run was interrupted, its
/// NAME.pub. Throws std::runtime_error.
CurvePair make_pair(const std::string& name, const std::filesystem::path& folder);

/// Each says in one sentence what is wrong with the file, if anything.
std::expected<CurvePair, std::string> read_secret(const std::filesystem::path& file);
std::expected<std::string, std::string> read_public(const std::filesystem::path& file);

/// Keys that stand in ZeroMQ's documentation: anybody knows their secrets.
bool is_published(const std::string& key);

}  // namespace cambist::bridge
