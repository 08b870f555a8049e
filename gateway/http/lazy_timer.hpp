#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace cambist::gateway {

/// Rings at a time that is moved with every request, and again every 100 ms until it is moved: what
/// it cancels may have been between two of its steps. A ring that comes too early looks at what is
/// due by then, so moving it later costs no system call.
class LazyTimer {
  public:
    using steady = std::chrono::steady_clock;

    LazyTimer(boost::asio::any_io_executor executor, std::function<void()> ring)
        : timer_(std::move(executor)), ring_(std::move(ring)) {}

    /// `owner` lives until the timer is stopped.
    void move_to(steady::time_point at, std::shared_ptr<void> owner) {
        due_ = at;
        if (!running_ || at < timer_.expiry())
            wait(std::move(owner));
    }

    void stop() {
        running_ = false;
        timer_.cancel();
    }

  private:
    void wait(std::shared_ptr<void> owner) {
        running_ = true;
        timer_.expires_at(due_);
        timer_.async_wait([this, owner = std::move(owner)](boost::system::error_code cancelled) {
            if (!cancelled && running_)
                look(owner);
        });
    }

    void look(std::shared_ptr<void> owner) {
        if (const auto now = steady::now(); now >= due_) {
            due_ = now + std::chrono::milliseconds(100);
            ring_();
        }
        wait(std::move(owner));
    }

    boost::asio::steady_timer timer_;
    std::function<void()> ring_;
    steady::time_point due_{};
    bool running_ = false;
};

}  // namespace cambist::gateway
