#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "bridge/bell.hpp"
#include "office/pg/pool.hpp"

namespace cambist::bridge {

/// Forgets answers to Idempotency-Keys that need not be kept any longer: some at a time, so that
/// nobody waits for it; again every ten minutes. Several bridges do each other no harm.
class AnswerSweeper {
  public:
    AnswerSweeper(boost::asio::any_io_executor executor, office::pg::Pool& pool)
        : pool_(pool), bell_(std::move(executor)) {}

    /// Until `stop`.
    boost::asio::awaitable<void> run();
    void stop();
    /// One batch; true when more may be left. Throws DatabaseError.
    boost::asio::awaitable<bool> step();

  private:
    office::pg::Pool& pool_;
    Bell bell_;
    bool stopping_ = false;
};

}  // namespace cambist::bridge
