#include "sim/trading_server/manager_port.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/trading_server/manager_commands.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kThreads = 8;

/// Bad requests are answered inside a session; what comes out of one is a broken server.
void end_of_session(const std::exception_ptr& failure) {
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<bool> send(tcp::socket& socket, std::string line) {
    line.push_back('\n');
    boost::system::error_code error;
    co_await asio::async_write(socket, asio::buffer(line),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

}  // namespace

struct ManagerPort::Listener {
    Server& server;
    asio::io_context context{kThreads};
    tcp::acceptor acceptor{context};
    asio::signal_set signals{context, SIGINT, SIGTERM};
    std::atomic<int64_t> clients{0};
    std::vector<std::thread> threads;

    explicit Listener(Server& of) : server(of) {
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(),
                                     static_cast<uint16_t>(server.config.manager.port));
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        boost::system::error_code error;
        acceptor.bind(endpoint, error);
        if (!error)
            acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (error)
            throw std::runtime_error("manager port " + std::to_string(endpoint.port()) + ": " +
                                     error.message());
        signals.async_wait([this](const boost::system::error_code& error, int) {
            if (!error)
                server.ask_to_end();
        });
        asio::co_spawn(context, accept(), end_of_session);
        for (int i = 0; i < kThreads; ++i)
            threads.emplace_back([this] {
                mark_host_thread();
                context.run();
            });
    }

    ~Listener() {
        context.stop();
        for (auto& thread : threads)
            thread.join();
    }

    asio::awaitable<void> accept() {
        while (true) {
            boost::system::error_code error;
            tcp::socket socket = co_await acceptor.async_accept(
                asio::make_strand(context), asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::operation_aborted)
                co_return;
            if (error) {
                spdlog::warn("manager port: {}", error.message());
                continue;
            }
            auto executor = socket.get_executor();
            asio::co_spawn(executor, serve(std::move(socket)), end_of_session);
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        struct Seat {
            std::atomic<int64_t>& clients;
            int64_t number;
            explicit Seat(std::atomic<int64_t>& of) : clients(of), number(++of) {}
            ~Seat() { --clients; }
        } seat(clients);
        if (seat.number > server.config.manager.max_clients) {
            co_await send(socket, error_line("too_many_clients"));
            co_return;
        }
        std::string buffer;
        const auto longest = static_cast<size_t>(server.config.manager.max_line);
        while (true) {
            boost::system::error_code error;
            const size_t length =
                co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer, longest), '\n',
                                                asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::not_found)
                co_await send(socket, error_line("line_too_long"));
            if (error)
                co_return;
            std::string answer =
                answer_line(server, std::string_view(buffer).substr(0, length - 1));
            buffer.erase(0, length);
            if (!co_await send(socket, std::move(answer)))
                co_return;
        }
    }
};

ManagerPort::ManagerPort(Server& server) : listener_(std::make_unique<Listener>(server)) {}

ManagerPort::~ManagerPort() = default;

uint16_t ManagerPort::port() const {
    return listener_->acceptor.local_endpoint().port();
}

}  // namespace cambist::sim
