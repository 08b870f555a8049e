#pragma once

#include <memory>

#include "gateway/settings.hpp"

namespace cambist::gateway {

/// The gateway, put together in the order in which its parts depend on each other. One thread.
class App {
  public:
    /// Binds the address; throws std::system_error when it cannot.
    App(const GatewaySettings& settings, office::SecretKeys keys);
    ~App();

    /// Serves until SIGTERM or SIGINT, then finishes what is in flight. True when nothing was cut.
    bool run();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace cambist::gateway
