#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "bridge/scope.hpp"
#include "bridge/trading/command_flow.hpp"
#include "bridge/trading/lease.hpp"
#include "bridge/trading/mirror_flow.hpp"
#include "bridge/trading/policy_flow.hpp"
#include "bridge/trading/rescan.hpp"
#include "bridge/trading/server_context.hpp"

namespace cambist::bridge {

/// Everything that the bridge does for one trading server: its lease, its sessions and the three
/// streams. One thread.
class ServerLink {
  public:
    ServerLink(boost::asio::any_io_executor executor, ServerContext context,
               std::function<void()> failed);

    void start();
    /// Finishes the batch under way and lets the lease go.
    boost::asio::awaitable<void> stop();

    void receive(Received received);
    void policies_accepted() { policies_.wake(); }
    void commands_queued() { commands_.wake(); }
    /// Why it does not serve; empty when it does.
    std::string not_ready() const;

  private:
    void lease_changed();
    void session_began();
    boost::asio::awaitable<void> beat();
    boost::asio::awaitable<void> rescope();

    void on(Hello& hello, const Received& received);
    void on(EventBatch& batch, const Received& received);
    void on(PolicyAcknowledged& message, const Received& received);
    void on(PolicyDigest& digest, const Received& received);
    void on(CommandResult& result, const Received& received);
    void on(RescannedAccounts& page, const Received& received);
    void on(RescannedDeals& page, const Received& received);
    void on(Heartbeat& heartbeat, const Received& received);
    void on(FrameRefused& refused, const Received& received);
    template <class ForPlugins>
    void on(ForPlugins&, const Received&) {}  // the link lets none of them through

    ServerContext context_;
    Lease lease_;
    MirrorFlow mirror_;
    PolicyFlow policies_;
    CommandFlow commands_;
    Rescan rescan_;
    Bell beat_, rescope_;
    Scope scope_;
    bool rescope_due_ = false;
};

}  // namespace cambist::bridge
