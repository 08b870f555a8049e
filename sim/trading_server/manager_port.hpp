// The TCP port of managers: JSON lines on 127.0.0.1.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/trading_server/server.hpp"

namespace cambist::sim {

/// Listens from construction to destruction, on threads of its own. A request that waits for an
/// order keeps one of them busy; each connection has one request at a time.
class ManagerPort {
  public:
    /// Throws std::runtime_error that names the port when it is taken.
    explicit ManagerPort(Server& server);
    ~ManagerPort();
    ManagerPort(const ManagerPort&) = delete;
    ManagerPort& operator=(const ManagerPort&) = delete;

    uint16_t port() const;

  private:
    struct Listener;
    std::unique_ptr<Listener> listener_;
};

}  // namespace cambist::sim
