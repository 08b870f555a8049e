#include "office/pg/transaction.hpp"

#include <libpq-fe.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <iterator>
#include <utility>

#include "office/pg/deadline.hpp"
#include "office/pg/error.hpp"
#include "office/pg/line.hpp"
#include "office/pg/pool.hpp"
#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::pg {

namespace {

namespace asio = boost::asio;

/// A server that ends the session may have committed first; one that says no has not.
bool leaves_doubt(const DatabaseError& error) {
    if (error.fault() != Fault::refused_by_server)
        return true;
    return error.sqlstate().starts_with("57P") || error.sqlstate().starts_with("08") ||
           error.sqlstate().starts_with("XX");
}

}  // namespace

struct Transaction::Lookup {
    std::shared_ptr<Line> line;
    std::chrono::nanoseconds limit;
    Line::Turn turn;
    std::vector<Asked> asked{};
};

Transaction::Transaction(std::shared_ptr<Line> line, std::chrono::nanoseconds limit,
                         asio::any_io_executor executor)
    : lookup_(new Lookup{std::move(line), limit, Line::Turn(std::move(executor))}) {}

Transaction::Transaction(Connection& connection) : connection_(&connection) {}

Transaction::Transaction(Pool& pool, std::unique_ptr<Connection> connection)
    : pool_(&pool), pooled_(std::move(connection)), connection_(pooled_.get()) {}

Transaction::Transaction(Transaction&& other) noexcept
    : pool_(other.pool_),
      pooled_(std::move(other.pooled_)),
      connection_(std::exchange(other.connection_, nullptr)),
      lookup_(std::move(other.lookup_)),
      ahead_(other.ahead_),
      results_ahead_(std::move(other.results_ahead_)),
      begun_(other.begun_),
      begin_unanswered_(other.begin_unanswered_),
      open_(other.open_) {}

Transaction::~Transaction() {
    end();
}

void Transaction::end() noexcept {
    if (!connection_)
        return;
    // Also after a commit that the server skipped because a statement before it failed.
    const bool inside =
        begun_ && (open_ || PQtransactionStatus(connection_->connection_) != PQTRANS_IDLE);
    if (inside && (!connection_->sent_.empty() || !connection_->send_rollback()))
        connection_->busy_ = true;
    if (pool_)
        pool_->give_back(std::move(pooled_));
    connection_ = nullptr;
}

void Transaction::give_up() {
    CAMBIST_ASSERT(lookup_);
    lookup_->turn.give_up();
}

void Transaction::begin_once() {
    CAMBIST_ASSERT(open_ && connection_);
    if (!begun_)
        connection_->send_plain("BEGIN");
    begun_ = true;
}

void Transaction::send_with(const Query& query, Parameters parameters) {
    if (lookup_) {
        CAMBIST_ASSERT(open_);
        lookup_->asked.push_back({&query, std::move(parameters)});
        return;
    }
    const bool first = !begun_;
    begin_once();
    if (first)
        begin_unanswered_ = true;
    connection_->send(query, std::move(parameters));
}

awaitable<std::vector<Result>> Transaction::gather() {
    auto results = co_await exchange();
    const auto own = results.begin() + static_cast<std::ptrdiff_t>(std::exchange(ahead_, 0));
    std::move(results.begin(), own, std::back_inserter(results_ahead_));
    results.erase(results.begin(), own);
    co_return results;
}

awaitable<std::vector<Result>> Transaction::exchange() {
    if (lookup_) {
        CAMBIST_ASSERT(open_);
        open_ = false;
        co_return co_await lookup_->line->ask(std::move(lookup_->asked), lookup_->turn,
                                              lookup_->limit);
    }
    auto results = co_await connection_->gather();
    if (begin_unanswered_)
        results.erase(results.begin());
    begin_unanswered_ = false;
    co_return results;
}

awaitable<Result> Transaction::run(const Query& query, Parameters parameters) {
    send_with(query, std::move(parameters));
    auto results = co_await gather();
    co_return std::move(results.back());
}

awaitable<void> Transaction::script(std::string sql) {
    begin_once();
    begin_unanswered_ = false;
    co_await connection_->script(std::move(sql));
}

awaitable<std::int64_t> Transaction::copy_in(const char* sql, std::string_view stream) {
    begin_once();
    begin_unanswered_ = false;
    co_return co_await connection_->copy_in(sql, stream);
}

awaitable<std::int64_t> Transaction::copy_out(std::string sql, RowSink row) {
    begin_once();
    begin_unanswered_ = false;
    co_return co_await connection_->copy_out(sql.c_str(), row);
}

awaitable<void> Transaction::commit() {
    CAMBIST_ASSERT(open_ && connection_);
    if (!begun_) {
        open_ = false;
        co_return;
    }
    // A coroutine of its own, so that a deadline around the caller does not reach into it.
    asio::cancellation_signal never;
    co_await asio::co_spawn(co_await asio::this_coro::executor, await_commit(),
                            asio::bind_cancellation_slot(never.slot(), asio::use_awaitable));
}

awaitable<void> Transaction::await_commit() {
    open_ = false;
    connection_->warned_ = false;
    // One round trip with what was sent before it: after an error the server skips the COMMIT.
    connection_->send_plain("COMMIT");
    std::vector<Result> results;
    try {
        results =
            co_await with_deadline(connection_->gather(), connection_->settings_.commit_timeout);
    } catch (const DatabaseError& error) {
        if (leaves_doubt(error))
            throw error.as_in_doubt();
        throw;
    } catch (const boost::system::system_error& error) {
        throw DatabaseError(Fault::connection_lost, error.what()).as_in_doubt();
    }
    if (std::string_view(PQcmdStatus(const_cast<pg_result*>(results.back().get()))) != "COMMIT")
        throw DatabaseError(Fault::unexpected_answer, "the transaction was rolled back");
    // "Already committed locally, but might not have been replicated" arrives as a warning.
    if (connection_->warned_)
        throw DatabaseError(Fault::unexpected_answer, "committed with a warning").as_in_doubt();
}

}  // namespace cambist::office::pg
