#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "office/pg/connection.hpp"
#include "office/pg/parameters.hpp"
#include "office/pg/query.hpp"
#include "office/pg/result.hpp"

namespace cambist::office::pg {

class Line;
class Pool;

/// A transaction, and the only place where SQL runs. Destroyed without commit it is rolled back at
/// once, without waiting; a connection in the middle of an answer is discarded. Every call throws
/// DatabaseError; after one that the server refused, only destruction is left.
///
/// `send` queues a statement without a round trip: it goes out with the next `execute`, `gather` or
/// `commit`. So a batch of N statements and its commit cost one round trip:
///     tx.send(upsert, ...); tx.send(move_cursor, ...); auto results = co_await tx.gather();
class Transaction {
  public:
    /// On a connection that the caller keeps and that outlives it.
    explicit Transaction(Connection& connection);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    /// Runs one statement, after those that were sent before it, whose results are dropped.
    template <class... Values>
    awaitable<Result> execute(const Query& query, const Values&... values) {
        return run(query, Parameters::of(values...));
    }
    awaitable<Result> run(const Query& query, Parameters parameters);

    template <class... Values>
    void send(const Query& query, const Values&... values) {
        send_with(query, Parameters::of(values...));
    }
    void send_with(const Query& query, Parameters parameters);
    /// The results of everything sent since the last gather, in order.
    awaitable<std::vector<Result>> gather();

    /// Queues a statement of somebody else's: it goes out ahead of what is executed or gathered
    /// next, which does not see its result.
    template <class... Values>
    void send_ahead(const Query& query, const Values&... values) {
        send_with(query, Parameters::of(values...));
        ++ahead_;
    }
    /// The results of what was sent ahead, in order; none before anything was exchanged.
    std::vector<Result> take_ahead() { return std::exchange(results_ahead_, {}); }

    /// Of a lookup: its one exchange was begun.
    bool has_asked() const { return !open_; }
    /// Of a lookup: stops waiting, from outside; the exchange throws
    /// DatabaseError(deadline_exceeded).
    void give_up();

    /// Several statements in one text.
    awaitable<void> script(std::string sql);
    /// `sql` is COPY ... FROM STDIN (FORMAT binary); `stream` is CopyRows::finish(), alive until
    /// the end. Returns the rows written.
    awaitable<std::int64_t> copy_in(const char* sql, std::string_view stream);

    /// `sql` is COPY ... TO STDOUT (FORMAT binary); `row` is called with each row as it arrives, so
    /// that nothing piles up. Returns the rows read.
    awaitable<std::int64_t> copy_out(std::string sql, RowSink row);

    /// Not cancellable; bounded by ConnectionSettings::commit_timeout. When its answer is lost it
    /// throws an error with in_doubt(): only looking for the rows can tell.
    awaitable<void> commit();

  private:
    friend class Pool;
    friend class Lookups;
    struct Lookup;
    Transaction(Pool& pool, std::unique_ptr<Connection> connection);
    Transaction(std::shared_ptr<Line> line, std::chrono::nanoseconds limit,
                boost::asio::any_io_executor executor);

    void begin_once();
    awaitable<std::vector<Result>> exchange();
    awaitable<void> await_commit();
    void end() noexcept;

    Pool* pool_ = nullptr;
    std::unique_ptr<Connection> pooled_;
    Connection* connection_ = nullptr;
    std::unique_ptr<Lookup> lookup_;  // instead of a connection
    std::size_t ahead_ = 0;
    std::vector<Result> results_ahead_;
    bool begun_ = false, begin_unanswered_ = false, open_ = true;
};

}  // namespace cambist::office::pg
