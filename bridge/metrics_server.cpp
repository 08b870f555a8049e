#include "bridge/metrics_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "office/pg/deadline.hpp"
#include "office/pg/error.hpp"

namespace cambist::bridge {

namespace {

namespace asio = boost::asio;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr int most_sessions = 16;
constexpr std::size_t most_request_bytes = 8192;
constexpr auto request_limit = std::chrono::seconds(5);

std::string response(std::string_view status, const std::string& body) {
    return "HTTP/1.1 " + std::string(status) +
           "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

asio::ip::tcp::endpoint local(std::uint16_t port) {
    return {asio::ip::address_v4::loopback(), port};
}

}  // namespace

MetricsServer::MetricsServer(asio::any_io_executor executor, std::uint16_t port, Answers answers)
    : acceptor_(executor, local(port)), answers_(std::move(answers)), sessions_(executor, [] {}) {}

std::string MetricsServer::answer_to(std::string_view request_line) const {
    if (request_line.starts_with("GET /metrics "))
        return response("200 OK", answers_.metrics());
    if (request_line.starts_with("GET /livez "))
        return response("200 OK", "ok\n");
    if (request_line.starts_with("GET /readyz ")) {
        const std::string why = answers_.not_ready();
        return why.empty() ? response("200 OK", "ok\n")
                           : response("503 Service Unavailable", why + "\n");
    }
    if (!request_line.starts_with("GET "))
        return response("405 Method Not Allowed", "GET only\n");
    return response("404 Not Found", "no such page\n");
}

asio::awaitable<void> MetricsServer::serve(asio::ip::tcp::socket socket) {
    std::string request;
    auto [failed, bytes] = co_await asio::async_read_until(
        socket, asio::dynamic_buffer(request, most_request_bytes), "\r\n\r\n", no_throw);
    if (failed)
        co_return;
    const std::string answer = answer_to(request.substr(0, request.find("\r\n")));
    co_await asio::async_write(socket, asio::buffer(answer), no_throw);
}

asio::awaitable<void> MetricsServer::run() {
    while (!stopped_) {
        auto [failed, socket] = co_await acceptor_.async_accept(no_throw);
        if (failed || open_ >= most_sessions)
            continue;
        ++open_;
        auto session = [](MetricsServer& self,
                          asio::ip::tcp::socket peer) -> asio::awaitable<void> {
            try {
                co_await office::pg::with_deadline(self.serve(std::move(peer)), request_limit);
            } catch (const office::pg::DatabaseError&) {
                // The deadline passed: the client was too slow.
            }
            --self.open_;
        };
        sessions_.spawn(session(*this, std::move(socket)));
    }
    co_await sessions_.join();
}

void MetricsServer::stop() {
    stopped_ = true;
    acceptor_.close();
}

}  // namespace cambist::bridge
