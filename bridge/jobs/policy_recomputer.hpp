#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "bridge/bell.hpp"
#include "office/accounts/recompute_service.hpp"
#include "office/pg/pool.hpp"

namespace cambist::bridge {

/// Decides anew what all accounts may do after a new rights matrix, some accounts a transaction.
/// Of several bridges one does it at a time; whoever is left goes on where another one died.
class PolicyRecomputer {
  public:
    PolicyRecomputer(boost::asio::any_io_executor executor, office::pg::Pool& pool)
        : pool_(pool), bell_(std::move(executor)) {}

    /// Until `stop`.
    boost::asio::awaitable<void> run();
    void stop();
    /// There may be a new matrix.
    void wake() { bell_.ring(); }
    /// One batch. Throws DatabaseError.
    boost::asio::awaitable<office::RecomputeStep> step();

  private:
    office::pg::Pool& pool_;
    Bell bell_;
    bool stopping_ = false;
};

}  // namespace cambist::bridge
