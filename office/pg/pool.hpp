#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <vector>

#include "office/pg/connection.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office::pg {

struct PoolSettings {
    ConnectionSettings connection;
    std::size_t connections = 8;                 ///< at most so many, opened when needed
    std::size_t waiters = 1024;                  ///< at most so many wait for one
    std::chrono::milliseconds wait_limit{2000};  ///< and so long
};

/// A bounded set of connections. Belongs to one io_context that one thread runs (or one strand);
/// outlives every Transaction it began.
class Pool {
  public:
    explicit Pool(PoolSettings settings) : settings_(std::move(settings)) {}

    /// Throws DatabaseError: pool_exhausted when none became free in time or too many wait,
    /// connection_lost when none can be made. BEGIN travels with the first statement.
    awaitable<Transaction> begin();

    std::size_t open() const { return open_; }
    std::size_t idle() const { return idle_.size(); }
    std::size_t waiting() const { return waiters_.size(); }

  private:
    friend class Transaction;
    struct Waiter;

    awaitable<std::unique_ptr<Connection>> acquire();
    awaitable<std::unique_ptr<Connection>> connect();
    awaitable<std::unique_ptr<Connection>> wait_for_one();
    void give_back(std::unique_ptr<Connection> connection) noexcept;
    /// Hands a connection, or leave to open one (null), to the first waiter.
    bool hand_over(std::unique_ptr<Connection>& connection) noexcept;
    void slot_freed() noexcept;

    PoolSettings settings_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::list<Waiter*> waiters_;
    std::size_t open_ = 0;
};

}  // namespace cambist::office::pg
