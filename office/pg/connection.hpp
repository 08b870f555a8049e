#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "office/pg/copy_rows.hpp"
#include "office/pg/error.hpp"
#include "office/pg/parameters.hpp"
#include "office/pg/query.hpp"
#include "office/pg/result.hpp"

struct pg_conn;

namespace cambist::office::pg {

using boost::asio::awaitable;

/// Where and how to connect. Timeouts of zero are off.
struct ConnectionSettings {
    std::string dsn;  ///< libpq's keyword=value or URI form
    std::string application_name = "cambist";
    std::chrono::milliseconds connect_timeout{5000};
    std::chrono::milliseconds statement_timeout{30000};
    std::chrono::milliseconds lock_timeout{10000};
    std::chrono::milliseconds idle_in_transaction_timeout{30000};
    std::chrono::milliseconds commit_timeout{30000};  ///< then the transaction is in doubt
    bool read_only = false;                           ///< every transaction
};

struct Notification {
    std::string channel, payload;
};

/// One session with the server, on one executor, used by one coroutine at a time. It does not run
/// SQL for callers: Transaction and Listener do. A call that throws anything but an error of the
/// server, or that is cancelled, leaves it unusable.
class Connection {
  public:
    /// Throws DatabaseError(connection_lost, deadline_exceeded).
    static awaitable<std::unique_ptr<Connection>> connect(ConnectionSettings settings);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Nothing is under way, nothing broke, and the server has not hung up. Reads what waits.
    bool idle_and_alive();

  private:
    friend class Transaction;
    friend class Pool;
    friend class Listener;
    friend class Line;

    Connection(boost::asio::any_io_executor executor, ConnectionSettings settings);

    awaitable<void> open();
    /// Queues a statement; nothing is awaited. `gather` sends and answers it.
    void send(const Query& query, Parameters parameters);
    void send_plain(const char* sql);
    /// The results of all that was sent, in order. The first error is thrown after all were read.
    awaitable<std::vector<Result>> gather();
    /// Several statements in one text, without parameters.
    awaitable<void> script(std::string sql);
    /// Runs `sql` (COPY ... FROM STDIN BINARY) and returns the rows written.
    awaitable<std::int64_t> copy_in(const char* sql, std::string_view stream);
    /// Runs `sql` (COPY ... TO STDOUT BINARY) and calls `row` with each row's bytes.
    awaitable<std::int64_t> copy_out(const char* sql, const RowSink& row);
    awaitable<Notification> notification();
    /// Sends ROLLBACK without waiting for its answer, which the next user reads; false when the
    /// connection cannot be kept.
    bool send_rollback() noexcept;

    enum class Kind { statement, preparation, plain };
    struct Sent {
        Kind kind;
        const Query* query;
    };
    struct Answers {
        std::vector<Result> results;
        std::optional<DatabaseError> error;  // the first
    };

    awaitable<void> flush();
    awaitable<void> readable();
    awaitable<pg_result*> next_result();
    /// What is left of the answers to a COPY.
    awaitable<std::int64_t> end_copy(const char* sql, std::optional<DatabaseError> error);
    awaitable<void> finish_rollback();
    awaitable<void> leave_pipeline();
    /// False at the sync, or when the connection is gone.
    bool take_answer(Result result, Answers& answers);
    void enter_pipeline();
    /// False when the server knows it already.
    bool prepare(const Query& query, const Parameters& parameters);
    void fail_unless(bool ok);
    [[noreturn]] void lost();

    boost::asio::any_io_executor executor_;
    ConnectionSettings settings_;
    pg_conn* connection_ = nullptr;
    boost::asio::posix::stream_descriptor socket_;
    std::unordered_map<std::string_view, const char*> prepared_;  // name to SQL
    std::deque<Sent> sent_;
    bool pipelined_ = false;
    bool rollback_pending_ = false;
    bool busy_ = false;    // an answer is owed to nobody when this stays set
    bool warned_ = false;  // the server warned since this was cleared
};

}  // namespace cambist::office::pg
