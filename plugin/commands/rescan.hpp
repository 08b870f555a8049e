#pragma once

#include <optional>

#include "plugin/abi/trading_server.h"
#include "sync/messages/messages.hpp"

namespace cambist::plugin {

/// Reads the trading server past the stream, a page a question. Worker threads only.
class Rescan {
  public:
    explicit Rescan(const ctsp_host_api& host) : host_(host) {}

    /// The accounts after `asked.after` in the host's own order; 0 begins anew. Consecutive pages
    /// continue one cursor.
    /// Nothing when the host cannot read now.
    std::optional<RescannedAccounts> accounts(const RescanAccountsAsked& asked);
    std::optional<RescannedDeals> deals(const RescanDealsAsked& asked);

  private:
    void begin_after(Login after);

    const ctsp_host_api& host_;
    ctsp_cursor cursor_{};
    Login reached_;
};

}  // namespace cambist::plugin
