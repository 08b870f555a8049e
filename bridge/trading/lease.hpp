#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>

#include "bridge/bell.hpp"
#include "bridge/trading/server_context.hpp"

namespace cambist::bridge {

/// Takes and keeps the lease of one server's streams. Time is the database's; a lease that another
/// bridge took is noticed at the next renewal and, before that, by the cursor that no longer moves.
class Lease {
  public:
    /// `changed` is called after ctx.owner and ctx.bridge_epoch changed.
    Lease(boost::asio::any_io_executor executor, ServerContext& context,
          std::function<void()> changed);

    /// Until the context stops.
    boost::asio::awaitable<void> run();
    /// Lets the lease go, so that another bridge need not wait.
    boost::asio::awaitable<void> release();
    /// Stops owning at once and tries again later.
    void step_down(std::string_view why);
    void wake() { bell_.ring(); }

  private:
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> acquire();
    boost::asio::awaitable<void> renew();
    std::chrono::milliseconds duration() const;

    ServerContext& context_;
    std::function<void()> changed_;
    Bell bell_;
};

}  // namespace cambist::bridge
