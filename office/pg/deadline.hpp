#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <utility>

namespace cambist::office::pg {

/// The same for an operation without a value.
boost::asio::awaitable<void> with_deadline(boost::asio::awaitable<void> operation,
                                           std::chrono::nanoseconds limit);

template <class T>
boost::asio::awaitable<void> keep(boost::asio::awaitable<T> operation, std::optional<T>& value) {
    value.emplace(co_await std::move(operation));
}

/// Awaits `operation` for at most `limit`, then cancels it and throws
/// DatabaseError(deadline_exceeded). What the operation finished in spite of it stands: a commit is
/// never cancelled, and an in_doubt error is passed on.
template <class T>
boost::asio::awaitable<T> with_deadline(boost::asio::awaitable<T> operation,
                                        std::chrono::nanoseconds limit) {
    std::optional<T> value;
    co_await with_deadline(keep(std::move(operation), value), limit);
    co_return std::move(*value);
}

}  // namespace cambist::office::pg
