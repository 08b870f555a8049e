#include "office/pg/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "office/pg/error.hpp"

namespace cambist::office::pg {

namespace {

namespace asio = boost::asio;

/// Throws what is to be thrown when `failure` ended an operation whose deadline may have passed.
[[noreturn]] void rethrow(std::exception_ptr failure, bool late) {
    try {
        std::rethrow_exception(failure);
    } catch (const DatabaseError& error) {
        if (error.in_doubt() || !late)
            throw;
    } catch (...) {
        if (!late)
            throw;
    }
    throw DatabaseError(Fault::deadline_exceeded, "the deadline passed");
}

}  // namespace

asio::awaitable<void> with_deadline(asio::awaitable<void> operation,
                                    std::chrono::nanoseconds limit) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor,
                             std::chrono::duration_cast<asio::steady_timer::duration>(limit));
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, std::move(operation), asio::deferred),
        timer.async_wait(asio::deferred));
    const auto [order, failure, timed] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (failure)
        rethrow(failure, order[0] == 1);
}

}  // namespace cambist::office::pg
