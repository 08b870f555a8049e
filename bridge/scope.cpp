#include "bridge/scope.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>

namespace cambist::bridge {

Scope::Scope(boost::asio::any_io_executor executor, std::function<void()> failed)
    : executor_(executor), failed_(std::move(failed)), ended_(executor) {}

void Scope::spawn(boost::asio::awaitable<void> task) {
    ++running_;
    boost::asio::co_spawn(executor_, std::move(task), [this](std::exception_ptr failure) {
        --running_;
        if (failure && !failure_) {
            failure_ = failure;
            failed_();
        }
        ended_.ring();
    });
}

boost::asio::awaitable<void> Scope::join() {
    while (running_ != 0)
        co_await ended_.wait(std::chrono::hours(1));
    if (failure_)
        std::rethrow_exception(failure_);
}

}  // namespace cambist::bridge
