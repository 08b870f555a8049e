#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <vector>

#include "bridge/bell.hpp"
#include "bridge/trading/server_context.hpp"
#include "office/trading/command_service.hpp"
#include "sync/streams/command_dispatcher.hpp"

namespace cambist::bridge {

/// Takes one server's commands to its plugin, each at most once: dispatched in a transaction of its
/// own, sent after its commit, asked about until there is evidence, which is stored with audit and
/// outbox before the plugin may forget it.
class CommandFlow {
  public:
    CommandFlow(boost::asio::any_io_executor executor, ServerContext& context,
                std::function<void()> policies_accepted);

    void session_began();
    void session_ended();
    void on_result(CommandResult result);
    void wake();

    boost::asio::awaitable<void> run();
    void stop() { bell_.ring(); }

  private:
    boost::asio::awaitable<void> turn();
    boost::asio::awaitable<void> load_unanswered();
    boost::asio::awaitable<void> store_results();
    boost::asio::awaitable<bool> store(std::vector<CommandResult> results);
    boost::asio::awaitable<bool> finish(office::pg::Transaction& tx, CommandResult result);
    boost::asio::awaitable<void> dispatch();
    boost::asio::awaitable<std::vector<Command>> as_sent(
        office::pg::Transaction& tx, const std::vector<office::Command>& commands);
    boost::asio::awaitable<void> retire();
    void send_due();

    ServerContext& context_;
    std::function<void()> policies_accepted_;
    Bell bell_;
    CommandDispatcher dispatcher_;
    std::vector<CommandResult> results_;  ///< evidence that is not stored yet
    std::uint64_t retired_ = 0;
    Instant dispatched_at_{}, retired_at_{};
    bool woken_ = false, load_due_ = false;
};

}  // namespace cambist::bridge
