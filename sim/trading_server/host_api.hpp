// The table of functions that the server offers its plugin.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "plugin/abi/trading_server.h"
#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/counters.hpp"
#include "sim/trading_server/funds_desk.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/pipeline.hpp"
#include "sim/trading_server/store.hpp"
#include "sim/trading_server/user_desk.hpp"

namespace cambist::sim {

/// What the functions of the table work on.
struct HostParts {
    AccountBook& book;
    Market& market;
    Store& store;
    Pipeline& pipeline;
    FundsDesk& funds;
    UserDesk& users;
    Counters& counters;
    const std::map<std::string, std::string>& parameters;
    bool strict;  ///< abort when the plugin breaks a rule of threads, else answer DEADLOCK
};

/// Owns the table; must outlive the plugin.
class HostApi {
  public:
    explicit HostApi(HostParts parts);
    ~HostApi();
    HostApi(const HostApi&) = delete;
    HostApi& operator=(const HostApi&) = delete;

    const ctsp_host_api& table() const { return table_; }
    /// From here on every function but the clock and the log answers CTSP_E_SHUTDOWN.
    void close();

  private:
    ctsp_host* host_;
    ctsp_host_api table_{};
};

}  // namespace cambist::sim
