#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>

#include "bridge/scope.hpp"

namespace cambist::bridge {

/// GET /metrics, /livez and /readyz on 127.0.0.1, one request a connection, at most 16 at once.
class MetricsServer {
  public:
    struct Answers {
        std::function<std::string()> metrics;
        std::function<std::string()> not_ready;  ///< why not; empty: ready
    };
    /// Binds at once; throws boost::system::system_error when the port is taken.
    MetricsServer(boost::asio::any_io_executor executor, std::uint16_t port, Answers answers);

    boost::asio::awaitable<void> run();
    void stop();
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);
    std::string answer_to(std::string_view request_line) const;

    boost::asio::ip::tcp::acceptor acceptor_;
    Answers answers_;
    Scope sessions_;
    int open_ = 0;
    bool stopped_ = false;
};

}  // namespace cambist::bridge
