#pragma once

#include <string>

#include "bridge/metrics.hpp"
#include "bridge/settings.hpp"
#include "bridge/trading/port.hpp"
#include "office/audit/actor.hpp"
#include "office/pg/pool.hpp"
#include "office/trading/server.hpp"
#include "sync/messages/messages.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::bridge {

inline GateSettings settings_of(const office::TradingServer& server) {
    return {server.mode == office::ServerMode::enforce, server.scope};
}

/// What the flows of one trading server share: who owns its streams and which session is open. One
/// thread.
struct ServerContext {
    ServerId server;
    TradingPort& port;
    office::pg::Pool& pool;
    const Clock& clock;
    const Settings& settings;
    ServerMetrics metrics;

    bool stopping = false;
    bool owner = false;  ///< we hold the lease, as far as we know
    std::uint64_t bridge_epoch = 0;
    std::uint64_t session = 0;     ///< the plugin's latest Hello; 0: none
    bool open = false;             ///< its Welcome is sent: the streams flow
    Instant heard;                 ///< the plugin's last frame
    office::TradingServer office;  ///< mode, scope, era as of the last look
    bool complete = false;         ///< this epoch's snapshot is committed
    bool mirror_fresh = false;     ///< what was raised is committed: money may go out

    bool send(const Message& message) { return port.send(server, session, message); }
    office::Actor actor() const {
        office::Actor bridge;
        bridge.name = "system:" + settings.name;
        return bridge;
    }
};

}  // namespace cambist::bridge
