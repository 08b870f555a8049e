#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <exception>
#include <functional>

#include "bridge/bell.hpp"

namespace cambist::bridge {

/// Coroutines that live and end together. An exception that one of them lets out is a fault of the
/// program: the first is kept and `failed` is called once.
class Scope {
  public:
    Scope(boost::asio::any_io_executor executor, std::function<void()> failed);

    void spawn(boost::asio::awaitable<void> task);
    /// Waits until all have ended, then throws what one of them let out.
    boost::asio::awaitable<void> join();

  private:
    boost::asio::any_io_executor executor_;
    std::function<void()> failed_;
    Bell ended_;
    std::exception_ptr failure_;
    int running_ = 0;
};

}  // namespace cambist::bridge
