// Looks at every account with positions again and again: margin calls and stop-outs.
#pragma once

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/counters.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/pipeline.hpp"
#include "sim/trading_server/plugin_host.hpp"

namespace cambist::sim {

/// Called from one thread at a time.
class MarginWatch {
  public:
    MarginWatch(AccountBook& book, Market& market, Pipeline& pipeline, PluginHost& plugin,
                Counters& counters)
        : book_(book), market_(market), pipeline_(pipeline), plugin_(plugin), counters_(counters) {}

    /// Enters and leaves margin calls; an account below its stop-out level loses its pending
    /// orders first, then its worst position, one a look.
    void look();

  private:
    void look_at(Account& account);

    AccountBook& book_;
    Market& market_;
    Pipeline& pipeline_;
    PluginHost& plugin_;
    Counters& counters_;
};

/// Submits what reached prices demand: exits of positions, activation of pending orders.
/// What was not executed because the price had moved back waits again; a pending order that was
/// refused expires.
void submit_reached(const std::vector<Trigger>& reached, AccountBook& book, Pipeline& pipeline,
                    Triggers& triggers);

}  // namespace cambist::sim
