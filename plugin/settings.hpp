#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "plugin/abi/trading_server.h"
#include "plugin/link/transport.hpp"
#include "sync/vocabulary/ids.hpp"

namespace cambist::plugin {

/// The plugin's parameters, read from the host by name.
struct Settings {
    ServerId server;                  ///< server_id
    std::string folder;               ///< data_dir: journal, logs, state
    LinkSettings link;                ///< bridge_endpoints, bridge_public_key_file, secret_key_file
    std::vector<std::string> scope;   ///< scope: in force until a bridge says otherwise
    bool observe_here = false;        ///< mode = observe
    std::uint32_t journal_mib = 256;  ///< journal_mib
    std::uint32_t policy_capacity = 65'536;  ///< policy_capacity, accounts
};

/// Every problem at once, one a line.
std::expected<Settings, std::string> read_settings(const ctsp_host_api& host);

}  // namespace cambist::plugin
