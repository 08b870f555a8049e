#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <optional>

#include "office/pg/error.hpp"

namespace cambist::office::pg {

/// Throws what is to be thrown when `failure` ended an operation whose deadline may have passed.
[[noreturn]] void rethrow_late(std::exception_ptr failure, bool late);

/// Awaits `operation` for at most `limit`, then cancels it and throws
/// DatabaseError(deadline_exceeded). What the operation finished in spite of it stands: a commit is
/// never cancelled, and an in_doubt error is passed on.
template <class T>
boost::asio::awaitable<T> with_deadline(boost::asio::awaitable<T> operation,
                                        std::chrono::nanoseconds limit) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor,
                             std::chrono::duration_cast<asio::steady_timer::duration>(limit));
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, std::move(operation), asio::deferred),
        timer.async_wait(asio::deferred));
    if constexpr (std::is_void_v<T>) {
        const auto [order, failure, timed] =
            co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        if (failure)
            rethrow_late(failure, order[0] == 1);
    } else {
        auto [order, failure, value, timed] =
            co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        if (failure)
            rethrow_late(failure, order[0] == 1);
        co_return std::move(value);
    }
}

}  // namespace cambist::office::pg
