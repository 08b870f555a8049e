#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace cambist::bridge {

/// Wakes the one coroutine that waits; a ring without a waiter is kept for the next wait. One
/// thread.
class Bell {
  public:
    explicit Bell(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

    void ring();
    /// Returns when rung, or after `limit`.
    boost::asio::awaitable<void> wait(std::chrono::nanoseconds limit);

  private:
    boost::asio::steady_timer timer_;
    bool rung_ = false;
};

}  // namespace cambist::bridge
