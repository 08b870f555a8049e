#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/door.hpp"
#include "gateway/auth/rate_limit.hpp"
#include "gateway/http/server.hpp"

namespace cambist::gateway {

/// Everything that can be set; the values here are the defaults.
struct GatewaySettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8600;
    bool behind_proxy = false;
    HttpLimits http;
    std::string cursor_key_file;
    std::string dsn;
    std::int64_t pool = 16;
    RequestLimits limits;
    std::string secret_key_file;
    DoorSettings door;
    std::string log_format = "text";
    std::string log_level = "info";
};

/// Reads a settings file's text. `environment_dsn` (CAMBIST_DATABASE_DSN, or empty) wins over the
/// file's. The error is every problem found, one line each.
std::expected<GatewaySettings, std::vector<std::string>> read_settings(
    std::string_view text, std::string_view environment_dsn);

/// Problems with who may read the settings file, and the password and key files that it names.
std::vector<std::string> check_secret_files(const GatewaySettings& settings,
                                            const std::string& settings_file);

/// The keys of `secret_key_file`; the error is one line.
std::expected<office::SecretKeys, std::string> read_secret_keys(const GatewaySettings& settings);

/// A settings file with every key, its documentation and these values; the DSN's password hidden.
std::string printed(const GatewaySettings& settings);

}  // namespace cambist::gateway
