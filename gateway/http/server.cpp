#include "gateway/http/server.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <list>
#include <mutex>
#include <optional>
#include <system_error>

#include "gateway/http/lazy_timer.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/request_id.hpp"
#include "gateway/http/standard_headers.hpp"
#include "gateway/http/trace.hpp"

namespace cambist::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using steady = std::chrono::steady_clock;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t read_size = 8 * 1024;
constexpr std::size_t most_read_in_vain = 64 * 1024;
constexpr std::size_t most_buffered = 256 * 1024;
constexpr std::size_t lingering_bytes = 1024 * 1024;
constexpr auto lingering_time = std::chrono::seconds(2);

std::string_view view_of(const beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.data().size()};
}

/// The client went away or the connection is of no more use: nothing to answer.
struct Gone {};

/// One connection: reads requests one after the other and answers each before the next.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(tcp::socket socket, const HttpLimits& limits, Application& application)
        : socket_(std::move(socket)),
          deadline_(socket_.get_executor(), [this] { give_up_waiting(); }),
          limits_(limits),
          application_(application) {}

    asio::any_io_executor executor() { return socket_.get_executor(); }

    asio::awaitable<void> run() {
        error_code ignored;
        const auto peer = socket_.remote_endpoint(ignored);
        peer_ = peer.address().to_string(ignored);
        socket_.set_option(tcp::no_delay(true), ignored);
        try {
            while (!stopping_ && co_await serve_one()) {
            }
        } catch (const Gone&) {
        }
        close();
    }

    /// Ends the session as soon as it is between two requests. From any thread.
    void finish() {
        asio::dispatch(executor(), [self = shared_from_this()] {
            self->stopping_ = true;
            if (self->idle_)
                self->socket_.cancel();
        });
    }

    void cut() {
        asio::dispatch(executor(), [self = shared_from_this()] { self->close(); });
    }

  private:
    asio::awaitable<bool> serve_one() {
        const auto header = co_await read_header();
        if (!header) {
            co_await refuse_framing(header.error());
            co_return false;
        }
        Parser parser;
        parser.body_limit(boost::none);
        parser.header_limit(static_cast<std::uint32_t>(limits_.header.bytes + 1));
        error_code problem;
        const auto used = parser.put(asio::buffer(buffer_.data(), *header), problem);
        if ((problem && problem != http::error::need_more) || !parser.is_header_done()) {
            co_await refuse_framing({400, "bad_framing", "the header cannot be read", {}, {}});
            co_return false;
        }
        buffer_.consume(used);
        co_return co_await answer(parser);
    }

    /// Waits for a whole header block; gives its size or what to answer.
    asio::awaitable<std::expected<std::size_t, Problem>> read_header() {
        std::size_t searched = 0;
        bool begun = buffer_.size() > 0;
        begin_request(begun);
        for (;;) {
            const auto end = find_header_end(view_of(buffer_), searched, limits_.header);
            if (!end)
                co_return std::unexpected(end.error());
            if (*end) {
                const auto block = view_of(buffer_).substr(0, **end);
                if (auto wrong = check_header(block, limits_.header))
                    co_return std::unexpected(std::move(*wrong));
                co_return **end;
            }
            searched = buffer_.size();
            const error_code problem = co_await read_some();
            if (timed_out_ && begun)
                co_return std::unexpected(
                    Problem{408, "header_timeout", "the header took too long", {}, {}});
            if (problem == asio::error::eof && begun)
                co_return std::unexpected(
                    Problem{400, "bad_framing", "the header ends too early", {}, {}});
            if (problem)
                throw Gone{};
            if (!begun) {
                begun = true;
                begin_request(true);
            }
        }
    }

    void begin_request(bool begun) {
        idle_ = !begun;
        started_ = steady::now();
        method_.clear();
        if (begun) {
            request_id_ = make_request_id();
            trace_ = begin_trace();
        }
        arm(started_ + (begun ? limits_.header_time : limits_.idle_time));
    }

    void give(std::chrono::milliseconds phase) {
        arm(std::min(steady::now() + phase, started_ + limits_.request_time));
    }

    /// Cancels what waits on the socket at that time.
    void arm(steady::time_point at) {
        timed_out_ = false;
        deadline_.move_to(at, shared_from_this());
    }

    void give_up_waiting() {
        timed_out_ = true;
        error_code ignored;
        socket_.cancel(ignored);
    }

    void close() {
        deadline_.stop();
        error_code ignored;
        socket_.close(ignored);
    }

    asio::awaitable<error_code> read_some() {
        error_code problem;
        if (timed_out_)
            co_return asio::error::operation_aborted;
        const auto space = buffer_.prepare(read_size);
        const auto size = co_await socket_.async_read_some(
            space, asio::redirect_error(asio::use_awaitable, problem));
        buffer_.commit(size);
        co_return problem;
    }

    asio::awaitable<bool> answer(Parser& parser) {
        const bool keep = parser.keep_alive() && !stopping_;
        auto request = request_of(parser);
        if (!request) {
            const auto response = to_response(request.error());
            co_return co_await send(response, keep && body_is_absent(parser));
        }
        const bool expects = request->headers.find("Expect") != nullptr;
        if (expects && *request->headers.find("Expect") != "100-continue") {
            const auto response = to_response(
                Problem{417, "expectation_failed", "only 100-continue is understood", {}, {}});
            co_return co_await send(response, false);
        }
        auto admitted = co_await application_.admit(std::move(*request));
        if (!admitted)
            co_return co_await refuse(parser, admitted.error(), keep && !expects);
        Exchange& exchange = **admitted;
        if (auto wrong = co_await read_body(parser, exchange.body_limit(), expects)) {
            const auto response = to_response(*wrong);
            co_return co_await send(response, false);
        }
        const auto response = co_await exchange.respond(std::move(parser.get().body()));
        co_return co_await send(response, keep && !stopping_);
    }

    /// A short body is read away, so that the connection can go on; a long one costs it.
    asio::awaitable<bool> refuse(Parser& parser, const Response& response, bool keep) {
        const bool is_short =
            !parser.chunked() && parser.content_length().value_or(0) <= most_read_in_vain;
        if (!keep || !is_short || co_await read_body(parser, most_read_in_vain, false))
            co_return co_await send(response, false);
        co_return co_await send(response, true);
    }

    std::expected<Request, Problem> request_of(const Parser& parser) {
        const auto& message = parser.get();
        method_ = std::string(message.method_string());
        auto target =
            parse_target(std::string_view(message.target().data(), message.target().size()));
        if (!target)
            return std::unexpected(Problem{
                400, std::string(target.error()), "the path or the query cannot be read", {}, {}});
        Request request;
        request.id = request_id_;
        request.method = method_;
        request.target = std::move(*target);
        for (const auto& field : message)
            request.headers.add(std::string(field.name_string()), std::string(field.value()));
        trace_ = continue_trace(request.headers);
        request.trace_id = trace_.trace_id;
        request.peer = peer_;
        request.has_body = !body_is_absent(parser);
        return request;
    }

    static bool body_is_absent(const Parser& parser) {
        return !parser.chunked() && parser.content_length().value_or(0) == 0;
    }

    asio::awaitable<std::optional<Problem>> read_body(Parser& parser, std::size_t limit,
                                                      bool expects) {
        const Problem too_large{413, "body_too_large", "the body is too large", {}, {}};
        if (parser.content_length().value_or(0) > limit)
            co_return too_large;
        if (body_is_absent(parser))
            co_return std::nullopt;
        parser.body_limit(limit);
        give(limits_.body_time);
        error_code problem;
        if (expects && buffer_.size() == 0)
            co_await asio::async_write(
                socket_, asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")),
                asio::redirect_error(asio::use_awaitable, problem));
        if (!problem)
            co_await http::async_read(socket_, buffer_, parser,
                                      asio::redirect_error(asio::use_awaitable, problem));
        if (!problem)
            co_return std::nullopt;
        if (problem == http::error::body_limit)
            co_return too_large;
        if (timed_out_)
            co_return Problem{408, "body_timeout", "the body took too long", {}, {}};
        if (problem.category() == http::make_error_code(http::error::bad_chunk).category())
            co_return Problem{400, "bad_framing", "the body cannot be read", {}, {}};
        throw Gone{};
    }

    asio::awaitable<void> refuse_framing(Problem problem) {
        const auto response = to_response(problem);
        co_await send(response, false);
    }

    /// Writes the answer; false when the connection is not to be used again.
    asio::awaitable<bool> send(const Response& response, bool keep) {
        application_.answered(
            {request_id_, trace_.trace_id, method_, response, steady::now() - started_});
        http::response<http::string_body> message;
        message.version(11);
        message.result(static_cast<unsigned>(response.status));
        message.reason(reason_phrase(response.status));
        message.keep_alive(keep);
        message.set("Request-Id", request_id_);
        message.set("traceparent", trace_.header());
        for (const auto& [name, value] : standard_headers(limits_.over_tls))
            message.set(name, value);
        if (!response.content_type.empty())
            message.set(http::field::content_type, response.content_type);
        for (const auto& [name, value] : response.headers)
            message.insert(name, value);
        if (response.status != 204 && response.status != 304)
            message.content_length(response.body.size());
        if (method_ != "HEAD")
            message.body() = response.body;
        give(limits_.write_time);
        error_code problem;
        co_await http::async_write(socket_, message,
                                   asio::redirect_error(asio::use_awaitable, problem));
        if (problem)
            throw Gone{};
        if (!keep)
            co_await linger();
        co_return keep;
    }

    /// Reads away what the client still sends, so that a reset does not take the answer from it.
    asio::awaitable<void> linger() {
        error_code ignored;
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
        arm(steady::now() + lingering_time);
        buffer_.clear();
        for (std::size_t drained = 0; drained < lingering_bytes;) {
            if (co_await read_some())
                co_return;
            drained += buffer_.size();
            buffer_.clear();
        }
    }

    tcp::socket socket_;
    LazyTimer deadline_;
    const HttpLimits& limits_;
    Application& application_;
    /// Bounded also where Beast is not: while it looks for the end of a chunk's extension or
    /// trailer.
    beast::flat_buffer buffer_{most_buffered};
    std::string peer_, request_id_, method_;
    Trace trace_;
    steady::time_point started_{};
    bool idle_ = true, stopping_ = false, timed_out_ = false;
};

}  // namespace

class Server::Listener {
  public:
    Listener(asio::any_io_executor executor, const tcp::endpoint& endpoint,
             const HttpLimits& limits, Application& application)
        : strand_(asio::make_strand(executor)),
          acceptor_(strand_, endpoint, true),
          quiet_(strand_),
          limits_(limits),
          application_(application),
          executor_(std::move(executor)) {
        quiet_.expires_at(steady::time_point::max());
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::size_t connections() const { return open_.load(std::memory_order_relaxed); }
    std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

    asio::awaitable<void> serve() {
        co_await asio::dispatch(asio::bind_executor(strand_, asio::use_awaitable));
        while (acceptor_.is_open()) {
            error_code problem;
            auto socket = co_await acceptor_.async_accept(
                asio::make_strand(executor_), asio::redirect_error(asio::use_awaitable, problem));
            if (problem == asio::error::operation_aborted)
                continue;
            if (problem) {
                co_await pause_after(problem);
                continue;
            }
            if (sessions_.size() >= limits_.connections)
                refuse(std::move(socket));
            else
                start(std::move(socket));
        }
    }

    asio::awaitable<void> stop() {
        co_await asio::dispatch(asio::bind_executor(strand_, asio::use_awaitable));
        error_code ignored;
        acceptor_.close(ignored);
        for (const auto& session : sessions_)
            session->finish();
        co_await until_quiet(limits_.shutdown_time);
        if (!sessions_.empty())
            spdlog::warn("{} requests were cut at the end of the shutdown time", sessions_.size());
        for (const auto& session : sessions_)
            session->cut();
        co_await until_quiet(std::chrono::seconds(1));
    }

  private:
    using Sessions = std::list<std::shared_ptr<Session>>;

    /// Out of descriptors or memory: sessions that end will free some.
    asio::awaitable<void> pause_after(error_code problem) {
        spdlog::warn("accept: {}", problem.message());
        asio::steady_timer timer(strand_, std::chrono::milliseconds(50));
        error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    void start(tcp::socket socket) {
        auto session = std::make_shared<Session>(std::move(socket), limits_, application_);
        const auto place = sessions_.insert(sessions_.end(), session);
        open_.store(sessions_.size(), std::memory_order_relaxed);
        asio::co_spawn(session->executor(), session->run(),
                       asio::bind_executor(strand_, [this, place](std::exception_ptr broken) {
                           ended(place, broken);
                       }));
    }

    void ended(Sessions::iterator place, const std::exception_ptr& broken) {
        try {
            if (broken)
                std::rethrow_exception(broken);
        } catch (const std::exception& problem) {
            spdlog::error("a session ended: {}", problem.what());
        }
        sessions_.erase(place);
        open_.store(sessions_.size(), std::memory_order_relaxed);
        if (sessions_.empty())
            quiet_.cancel();
    }

    void refuse(tcp::socket socket) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        const auto problem = to_response(
            {503, "too_many_connections", "every connection that may be open is", {}, {}});
        std::string standard;
        for (const auto& [name, value] : standard_headers(limits_.over_tls))
            standard += fmt::format("{}: {}\r\n", name, value);
        const auto answer = fmt::format(
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n{}"
            "Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
            standard, problem.content_type, problem.body.size(), problem.body);
        error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(answer), ignored);
        socket.shutdown(tcp::socket::shutdown_send, ignored);
    }

    asio::awaitable<void> until_quiet(std::chrono::milliseconds longest) {
        if (sessions_.empty())
            co_return;
        quiet_.expires_after(longest);
        error_code ignored;
        co_await quiet_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    asio::strand<asio::any_io_executor> strand_;
    tcp::acceptor acceptor_;
    asio::steady_timer quiet_;
    const HttpLimits limits_;
    Application& application_;
    asio::any_io_executor executor_;
    Sessions sessions_;
    std::atomic<std::size_t> open_ = 0;
    std::atomic<std::uint64_t> refused_ = 0;
};

Server::Server(asio::any_io_executor executor, const std::string& address, std::uint16_t port,
               const HttpLimits& limits, Application& application) {
    try {
        const tcp::endpoint endpoint(asio::ip::make_address(address), port);
        listener_ = std::make_shared<Listener>(std::move(executor), endpoint, limits, application);
    } catch (const boost::system::system_error& error) {
        throw std::system_error(error.code());
    }
}

Server::~Server() = default;

std::uint16_t Server::port() const {
    return listener_->port();
}
std::size_t Server::connections() const {
    return listener_->connections();
}
std::uint64_t Server::connections_refused() const {
    return listener_->refused();
}
asio::awaitable<void> Server::serve() {
    return listener_->serve();
}
asio::awaitable<void> Server::stop() {
    return listener_->stop();
}

}  // namespace cambist::gateway
