#include "office/pg/connection.hpp"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "office/pg/deadline.hpp"
#include "office/pg/error.hpp"
#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::pg {

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::posix::stream_descriptor;

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text ? text : "";
}

/// The server's detail holds values of rows, which may be somebody's: logs go without it.
DatabaseError error_of(const PGresult* result, std::string_view query) {
    std::string what(query);
    what.append(": ").append(field(result, PG_DIAG_MESSAGE_PRIMARY));
    const std::string sqlstate = field(result, PG_DIAG_SQLSTATE);
    if (sqlstate.empty())
        return DatabaseError(Fault::connection_lost, what);
    return DatabaseError(what, sqlstate, field(result, PG_DIAG_CONSTRAINT_NAME));
}

std::string session_options(const ConnectionSettings& settings) {
    const auto milliseconds = [](std::chrono::milliseconds time) {
        return std::to_string(time.count());
    };
    return "-c search_path=cambist,pg_temp -c statement_timeout=" +
           milliseconds(settings.statement_timeout) +
           " -c jit=off -c lock_timeout=" + milliseconds(settings.lock_timeout) +
           " -c idle_in_transaction_session_timeout=" +
           milliseconds(settings.idle_in_transaction_timeout) +
           (settings.read_only ? " -c default_transaction_read_only=on" : "");
}

void notice(void* warned, const PGresult* result) {
    if (field(result, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING")
        *static_cast<bool*>(warned) = true;
}

bool is_answer(ExecStatusType status) {
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

}  // namespace

Connection::Connection(asio::any_io_executor executor, ConnectionSettings settings)
    : executor_(std::move(executor)), settings_(std::move(settings)), socket_(executor_) {}

Connection::~Connection() {
    // The descriptor is libpq's: it is taken from the reactor before libpq closes it.
    if (socket_.is_open())
        socket_.release();
    if (connection_)
        PQfinish(connection_);
}

awaitable<std::unique_ptr<Connection>> Connection::connect(ConnectionSettings settings) {
    const auto timeout = settings.connect_timeout;
    std::unique_ptr<Connection> connection(
        new Connection(co_await asio::this_coro::executor, std::move(settings)));
    co_await with_deadline(connection->open(), timeout);
    co_return connection;
}

awaitable<void> Connection::open() {
    const std::string options = session_options(settings_);
    const char* const keywords[] = {"dbname",           "application_name", "client_encoding",
                                    "options",          "keepalives_idle",  "keepalives_interval",
                                    "keepalives_count", "tcp_user_timeout", nullptr};
    const char* const values[] = {settings_.dsn.c_str(),
                                  settings_.application_name.c_str(),
                                  "UTF8",
                                  options.c_str(),
                                  "10",
                                  "5",
                                  "3",
                                  "20000",
                                  nullptr};
    busy_ = true;
    connection_ = PQconnectStartParams(keywords, values, 1);
    if (!connection_ || PQstatus(connection_) == CONNECTION_BAD)
        lost();
    PQsetNoticeReceiver(connection_, notice, &warned_);
    for (auto wanted = PGRES_POLLING_WRITING; wanted != PGRES_POLLING_OK;) {
        if (wanted == PGRES_POLLING_FAILED)
            lost();
        // libpq may have another socket after each poll.
        socket_.assign(PQsocket(connection_));
        const auto direction = wanted == PGRES_POLLING_READING ? stream_descriptor::wait_read
                                                               : stream_descriptor::wait_write;
        co_await socket_.async_wait(direction, use_awaitable);
        socket_.release();
        wanted = PQconnectPoll(connection_);
    }
    socket_.assign(PQsocket(connection_));
    fail_unless(PQsetnonblocking(connection_, 1) == 0);
    busy_ = false;
}

void Connection::lost() {
    busy_ = true;
    std::string what = connection_ ? PQerrorMessage(connection_) : "out of memory";
    while (!what.empty() && what.back() == '\n')
        what.pop_back();
    throw DatabaseError(Fault::connection_lost, what.empty() ? "connection lost" : what);
}

void Connection::fail_unless(bool ok) {
    if (!ok)
        lost();
}

bool Connection::idle_and_alive() {
    if (busy_ || !connection_ || !sent_.empty())
        return false;
    // A server that hangs up says why first: look again behind what waits.
    for (int look = 0; look < 2; ++look) {
        char byte;
        const auto waiting = ::recv(PQsocket(connection_), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (waiting < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (waiting <= 0 || PQconsumeInput(connection_) != 1)
            return false;
    }
    return PQstatus(connection_) == CONNECTION_OK;
}

void Connection::enter_pipeline() {
    if (!pipelined_)
        fail_unless(PQenterPipelineMode(connection_) == 1);
    pipelined_ = busy_ = true;
}

bool Connection::prepare(const Query& query, const Parameters& parameters) {
    enter_pipeline();
    const auto [known, is_new] = prepared_.try_emplace(query.name, query.sql);
    CAMBIST_ASSERT(known->second == query.sql || std::string_view(known->second) == query.sql);
    if (!is_new)
        return false;
    sent_.push_back({Kind::preparation, &query});
    fail_unless(PQsendPrepare(connection_, query.name, query.sql, parameters.count(),
                              parameters.types()) == 1);
    return true;
}

void Connection::send(const Query& query, Parameters parameters) {
    prepare(query, parameters);
    sent_.push_back({Kind::statement, &query});
    fail_unless(PQsendQueryPrepared(connection_, query.name, parameters.count(),
                                    parameters.values(), parameters.lengths(), parameters.formats(),
                                    1) == 1);
}

void Connection::send_plain(const char* sql) {
    enter_pipeline();
    sent_.push_back({Kind::plain, nullptr});
    fail_unless(PQsendQueryParams(connection_, sql, 0, nullptr, nullptr, nullptr, nullptr, 1) == 1);
}

awaitable<void> Connection::readable() {
    co_await socket_.async_wait(stream_descriptor::wait_read, use_awaitable);
    fail_unless(PQconsumeInput(connection_) == 1);
}

awaitable<void> Connection::flush() {
    using asio::experimental::awaitable_operators::operator||;
    for (int left = PQflush(connection_); left != 0; left = PQflush(connection_)) {
        fail_unless(left == 1);
        // The server may stop reading until its answers are read.
        const auto first =
            co_await (socket_.async_wait(stream_descriptor::wait_write, use_awaitable) ||
                      socket_.async_wait(stream_descriptor::wait_read, use_awaitable));
        if (first.index() == 1)
            fail_unless(PQconsumeInput(connection_) == 1);
    }
}

awaitable<pg_result*> Connection::next_result() {
    while (PQisBusy(connection_))
        co_await readable();
    co_return PQgetResult(connection_);
}

awaitable<void> Connection::finish_rollback() {
    // Its result, and its sync.
    while (rollback_pending_) {
        const Result result(co_await next_result());
        fail_unless(PQstatus(connection_) == CONNECTION_OK);
        if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC)
            rollback_pending_ = false;
    }
}

bool Connection::take_answer(Result result, Answers& answers) {
    const auto status = PQresultStatus(result.get());
    if (!result.get())  // the end of one statement's results
        return PQstatus(connection_) == CONNECTION_OK;
    if (status == PGRES_PIPELINE_SYNC)
        return false;
    CAMBIST_ASSERT(!sent_.empty());
    const Sent sent = sent_.front();
    sent_.pop_front();
    if (is_answer(status)) {
        if (sent.kind != Kind::preparation)
            answers.results.push_back(std::move(result));
        return true;
    }
    if (sent.kind == Kind::preparation)
        prepared_.erase(sent.query->name);
    if (!answers.error && status != PGRES_PIPELINE_ABORTED)
        answers.error = error_of(result.get(), sent.query ? sent.query->name : "transaction");
    return PQstatus(connection_) == CONNECTION_OK;
}

awaitable<std::vector<Result>> Connection::gather() {
    Answers answers;
    co_await finish_rollback();
    if (sent_.empty())
        co_return std::move(answers.results);
    fail_unless(PQpipelineSync(connection_) == 1);
    co_await flush();
    while (true) {
        Result result(co_await next_result());
        if (!take_answer(std::move(result), answers))
            break;
    }
    const bool alive = PQstatus(connection_) == CONNECTION_OK;
    busy_ = !alive;
    if (answers.error && (alive || !answers.error->sqlstate().empty()))
        throw *answers.error;
    if (!alive)
        lost();
    co_return std::move(answers.results);
}

bool Connection::send_rollback() noexcept {
    if (busy_ || PQstatus(connection_) != CONNECTION_OK)
        return false;
    if (!pipelined_ && PQenterPipelineMode(connection_) != 1)
        return false;
    pipelined_ = true;
    if (PQsendQueryParams(connection_, "ROLLBACK", 0, nullptr, nullptr, nullptr, nullptr, 1) != 1 ||
        PQpipelineSync(connection_) != 1 || PQflush(connection_) != 0)
        return false;
    rollback_pending_ = true;
    return true;
}

awaitable<void> Connection::leave_pipeline() {
    co_await gather();
    if (pipelined_)
        fail_unless(PQexitPipelineMode(connection_) == 1);
    pipelined_ = false;
    busy_ = true;
}

awaitable<void> Connection::script(std::string sql) {
    co_await leave_pipeline();
    fail_unless(PQsendQuery(connection_, sql.c_str()) == 1);
    co_await flush();
    std::optional<DatabaseError> error;
    while (PGresult* raw = co_await next_result()) {
        const Result result(raw);
        if (!is_answer(PQresultStatus(raw)) && !error)
            error = error_of(raw, "script");
    }
    fail_unless(error || PQstatus(connection_) == CONNECTION_OK);
    busy_ = PQstatus(connection_) != CONNECTION_OK;
    if (error)
        throw *error;
}

awaitable<std::int64_t> Connection::copy_in(const char* sql, std::string_view stream) {
    constexpr std::size_t piece = 64 * 1024;
    co_await leave_pipeline();
    fail_unless(PQsendQuery(connection_, sql) == 1);
    co_await flush();
    const Result begun(co_await next_result());
    const bool accepted = PQresultStatus(begun.get()) == PGRES_COPY_IN;
    for (std::size_t at = 0; accepted && at < stream.size(); at += piece) {
        const std::string_view part = stream.substr(at, piece);
        int put = 0;
        while ((put = PQputCopyData(connection_, part.data(), int(part.size()))) == 0)
            co_await flush();
        fail_unless(put == 1);
        co_await flush();
    }
    while (accepted) {
        const int end = PQputCopyEnd(connection_, nullptr);
        fail_unless(end != -1);
        if (end == 1)
            break;
        co_await flush();
    }
    co_await flush();
    std::optional<DatabaseError> error;
    if (!accepted)
        error = error_of(begun.get(), sql);
    co_return co_await end_copy(sql, std::move(error));
}

awaitable<std::int64_t> Connection::end_copy(const char* sql, std::optional<DatabaseError> error) {
    std::int64_t rows = 0;
    while (PGresult* raw = co_await next_result()) {
        const Result result(raw);
        if (is_answer(PQresultStatus(raw)))
            rows = result.affected();
        else if (!error)
            error = error_of(raw, sql);
    }
    busy_ = PQstatus(connection_) != CONNECTION_OK;
    if (error)
        throw *error;
    co_return rows;
}

awaitable<std::int64_t> Connection::copy_out(const char* sql, const RowSink& row) {
    co_await leave_pipeline();
    fail_unless(PQsendQuery(connection_, sql) == 1);
    co_await flush();
    const Result begun(co_await next_result());
    if (PQresultStatus(begun.get()) != PGRES_COPY_OUT)
        co_return co_await end_copy(sql, error_of(begun.get(), sql));
    CopyMessages messages(row);
    for (;;) {
        char* bytes = nullptr;
        const int length = PQgetCopyData(connection_, &bytes, 1);
        if (length < 0)
            break;
        const std::unique_ptr<char, void (*)(void*)> owned(bytes, PQfreemem);
        if (length == 0)
            co_await readable();
        else
            messages.take({bytes, static_cast<std::size_t>(length)});
    }
    co_return co_await end_copy(sql, std::nullopt);
}

awaitable<Notification> Connection::notification() {
    while (true) {
        if (PGnotify* raw = PQnotifies(connection_)) {
            const std::unique_ptr<PGnotify, void (*)(void*)> owned(raw, PQfreemem);
            co_return Notification{raw->relname, raw->extra};
        }
        co_await readable();
    }
}

}  // namespace cambist::office::pg
