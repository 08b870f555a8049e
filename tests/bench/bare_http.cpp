// The floor of the API's reads: an HTTP server of Beast that answers every request with one row by
// one prepared SELECT, pipelined over a few connections. No credential, no scope, no audit.
//
//   cambist-bench-bare-http DSN CONNECTIONS "select ... where id = $1"
//
// Prints its port, then serves GET /<value of $1> until it is ended.
#include <libpq-fe.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::use_awaitable;

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "cambist-bench-bare-http: %s\n", what);
    std::exit(1);
}

/// One SELECT on its way.
struct Lookup {
    explicit Lookup(asio::io_context& context)
        : done(context, asio::steady_timer::time_point::max()) {}
    asio::steady_timer done;
    std::string row;
};

/// A connection in pipeline mode; answers come in the order of the questions.
class Pipeline {
  public:
    Pipeline(asio::io_context& context, const char* dsn, const char* query)
        : context_(context), connection_(PQconnectdb(dsn)), socket_(context) {
        if (PQstatus(connection_) != CONNECTION_OK)
            fail(PQerrorMessage(connection_));
        PQclear(PQprepare(connection_, "look", query, 0, nullptr));
        if (!PQenterPipelineMode(connection_) || PQsetnonblocking(connection_, 1) != 0)
            fail("no pipeline mode");
        socket_.assign(PQsocket(connection_));
    }

    std::size_t waiting() const { return waiting_.size(); }

    awaitable<std::string> look(std::string value) {
        const char* values[] = {value.c_str()};
        if (!PQsendQueryPrepared(connection_, "look", 1, values, nullptr, nullptr, 0) ||
            !PQpipelineSync(connection_))
            fail(PQerrorMessage(connection_));
        PQflush(connection_);
        Lookup lookup(context_);
        waiting_.push_back(&lookup);
        boost::system::error_code cancelled;
        co_await lookup.done.async_wait(asio::redirect_error(use_awaitable, cancelled));
        co_return std::move(lookup.row);
    }

    awaitable<void> read() {
        for (;;) {
            co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read, use_awaitable);
            if (!PQconsumeInput(connection_))
                fail(PQerrorMessage(connection_));
            take();
            PQflush(connection_);
        }
    }

  private:
    void take() {
        while (!waiting_.empty() && !PQisBusy(connection_)) {
            pg_result* result = PQgetResult(connection_);
            if (!result)
                continue;
            const auto status = PQresultStatus(result);
            if (status == PGRES_TUPLES_OK) {
                for (int column = 0; column < PQnfields(result) && PQntuples(result); ++column)
                    waiting_.front()->row += PQgetvalue(result, 0, column);
            } else if (status == PGRES_PIPELINE_SYNC) {
                waiting_.front()->done.cancel();
                waiting_.pop_front();
            } else {
                fail(PQresultErrorMessage(result));
            }
            PQclear(result);
        }
    }

    asio::io_context& context_;
    PGconn* connection_;
    asio::posix::stream_descriptor socket_;
    std::deque<Lookup*> waiting_;
};

using Pipelines = std::vector<std::unique_ptr<Pipeline>>;

awaitable<void> serve(asio::ip::tcp::socket socket, Pipelines& pipelines) {
    boost::beast::tcp_stream stream(std::move(socket));
    stream.socket().set_option(asio::ip::tcp::no_delay(true));
    boost::beast::flat_buffer buffer;
    try {
        for (;;) {
            http::request<http::string_body> request;
            co_await http::async_read(stream, buffer, request, use_awaitable);
            auto* least = pipelines.front().get();
            for (const auto& pipeline : pipelines)
                if (pipeline->waiting() < least->waiting())
                    least = pipeline.get();
            http::response<http::string_body> response(http::status::ok, 11);
            response.body() = co_await least->look(std::string(request.target().substr(1)));
            response.set(http::field::content_type, "application/json");
            response.keep_alive(request.keep_alive());
            response.prepare_payload();
            co_await http::async_write(stream, response, use_awaitable);
        }
    } catch (const boost::system::system_error&) {
        co_return;  // the other end left
    }
}

awaitable<void> accept(asio::ip::tcp::acceptor& acceptor, Pipelines& pipelines) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(use_awaitable);
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), pipelines),
                       [](std::exception_ptr) {});
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4)
        fail("DSN CONNECTIONS QUERY");
    asio::io_context context{1};
    Pipelines pipelines;
    for (int i = 0; i < std::atoi(arguments[2]); ++i) {
        pipelines.push_back(std::make_unique<Pipeline>(context, arguments[1], arguments[3]));
        asio::co_spawn(context, pipelines.back()->read(), [](std::exception_ptr) {});
    }
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::printf("%d\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    asio::co_spawn(context, accept(acceptor, pipelines), [](std::exception_ptr) {});
    context.run();
}
