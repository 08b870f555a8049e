#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "office/audit/seal/seal.hpp"

namespace cambist::bridge {

/// The key that signs the audit's seals, in PEM as OpenSSL writes Ed25519 keys: NAME.key (PKCS 8,
/// readable by its owner alone) and NAME.pub. Where NAME.key is there already, because the last run
/// was interrupted, its NAME.pub alone. Throws std::runtime_error.
office::SealKey make_seal_key(const std::string& name, const std::filesystem::path& folder);

/// Says in one sentence what is wrong with the file, if anything.
std::expected<office::SealKey, std::string> read_seal_key(const std::filesystem::path& file);

}  // namespace cambist::bridge
