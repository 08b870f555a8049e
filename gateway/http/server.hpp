#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/framing.hpp"
#include "gateway/http/message.hpp"

namespace cambist::gateway {

/// Bounds of the HTTP server. Times are absolute from the start of each phase, so that a client
/// that trickles bytes gains nothing by it.
struct HttpLimits {
    HeaderLimits header;
    std::size_t connections = 1000;
    std::chrono::milliseconds header_time{10'000};  ///< first byte to the end of the header
    std::chrono::milliseconds body_time{20'000};
    std::chrono::milliseconds idle_time{60'000};  ///< between two requests
    std::chrono::milliseconds write_time{20'000};
    std::chrono::milliseconds request_time{60'000};  ///< first byte to last byte of the answer
    std::chrono::milliseconds shutdown_time{10'000};
    bool over_tls = false;  ///< a proxy speaks TLS to the clients: they are told to stay with it
};

/// One answer, as log and figures see it.
struct Answered {
    std::string_view request_id, trace_id;
    std::string_view method;  ///< empty when none was read
    const Response& response;
    std::chrono::nanoseconds took;
};

/// One admitted request waiting for its body.
class Exchange {
  public:
    virtual ~Exchange() = default;
    /// The longest body that this route takes, in bytes.
    virtual std::size_t body_limit() const = 0;
    /// Answers; throws nothing that a bad request could cause.
    virtual boost::asio::awaitable<Response> respond(std::string body) = 0;
};

/// What the server serves. Its functions run on the session's strand.
class Application {
  public:
    virtual ~Application() = default;
    /// Decides from the header alone: an exchange to go on with, or the final answer.
    virtual boost::asio::awaitable<std::expected<std::unique_ptr<Exchange>, Response>> admit(
        Request request) = 0;
    /// Called once an answer, refused framing included.
    virtual void answered(const Answered& answered) noexcept = 0;
};

/// An HTTP/1.1 server: one coroutine a session, each on a strand of its own.
class Server {
  public:
    /// Binds and listens at once; throws std::system_error when the address cannot be had.
    /// Port 0 takes any free one.
    Server(boost::asio::any_io_executor executor, const std::string& address, std::uint16_t port,
           const HttpLimits& limits, Application& application);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    /// Sessions open now.
    std::size_t connections() const;
    /// Connections answered 503 because the limit was reached.
    std::uint64_t connections_refused() const;

    /// Accepts until `stop` is called.
    boost::asio::awaitable<void> serve();
    /// Stops accepting, lets requests in flight finish within `shutdown_time`, then cuts. Safe to
    /// call from any thread; the awaitable ends when no session is left.
    boost::asio::awaitable<void> stop();

  private:
    class Listener;
    std::shared_ptr<Listener> listener_;
};

}  // namespace cambist::gateway
