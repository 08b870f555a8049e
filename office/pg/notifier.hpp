#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "office/pg/connection.hpp"

namespace cambist::office::pg {

/// Wakes listeners after commits: NOTIFY on a connection of its own, many rings one notification,
/// so that it costs a committing transaction nothing. Lost wake-ups are allowed: listeners poll.
/// One thread.
class Notifier {
  public:
    Notifier(boost::asio::any_io_executor executor, ConnectionSettings settings);

    /// Returns at once; call it after the commit. Channels are identifiers, not user input.
    void ring(std::string_view channel);
    /// Sends until cancelled or stopped; spawn it once. Reconnects when the session is lost.
    awaitable<void> run();
    void stop();

  private:
    awaitable<void> wait(std::chrono::nanoseconds limit);

    ConnectionSettings settings_;
    boost::asio::steady_timer bell_;
    std::set<std::string, std::less<>> rung_;
    bool stopped_ = false;
};

}  // namespace cambist::office::pg
