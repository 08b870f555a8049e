#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/keys/curve_key.hpp"
#include "bridge/trading/zap_handler.hpp"
#include "office/audit/seal/seal.hpp"

namespace cambist::bridge {

struct RescanSettings {
    std::int64_t pages_a_second = 10;  ///< of 512 accounts or 1,024 deals
    std::int64_t pause_seconds = 60;   ///< between two cycles
};

/// Where the audit's seals go; without folders it is not sealed.
struct AuditSettings {
    office::SealKey key;
    std::vector<std::filesystem::path> anchor_folders;
};

/// Everything that cambist-bridge is told.
struct Settings {
    std::string name = "bridge";
    std::int64_t lease_seconds = 10;
    std::string dsn;
    std::string endpoint;
    std::int64_t credit_events = 32'768;
    std::int64_t metrics_port = 0;  ///< 0: no endpoint
    RescanSettings rescan;
    AuditSettings audit;
    std::string log_format = "text", log_level = "info";
    CurvePair keys;
    std::vector<ServerKeys> servers;
};

/// Reads a settings file and the keys that it names; all problems at once, one line each.
std::expected<Settings, std::vector<std::string>> read_settings(const std::filesystem::path& file);

/// Every key with what it means, as a settings file.
std::string_view documented_settings();

}  // namespace cambist::bridge
