#include "gateway/app.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "gateway/auth/access_watch.hpp"
#include "gateway/auth/door.hpp"
#include "gateway/http/server.hpp"
#include "gateway/routes/api.hpp"
#include "gateway/system_clock.hpp"
#include "office/pg/lookups.hpp"
#include "office/pg/notifier.hpp"
#include "office/pg/pool.hpp"

namespace cambist::gateway {
namespace {

namespace asio = boost::asio;

office::pg::ConnectionSettings connection_of(const GatewaySettings& settings) {
    office::pg::ConnectionSettings connection;
    connection.dsn = settings.dsn;
    connection.application_name = "cambist-gateway";
    connection.statement_timeout = std::chrono::seconds(20);
    return connection;
}

office::pg::PoolSettings pool_of(const GatewaySettings& settings) {
    office::pg::PoolSettings pool;
    pool.connection = connection_of(settings);
    pool.connections = static_cast<std::size_t>(settings.pool);
    pool.waiters = settings.http.connections;
    pool.wait_limit = std::chrono::seconds(10);
    return pool;
}

HttpLimits http_of(const GatewaySettings& settings) {
    HttpLimits http = settings.http;
    http.over_tls = settings.behind_proxy;
    return http;
}

CursorKey cursor_key_of(const GatewaySettings& settings) {
    constexpr std::size_t shortest = 32;
    if (settings.cursor_key_file.empty())
        return CursorKey::random();
    std::ifstream file(settings.cursor_key_file);
    const std::string secret{std::istreambuf_iterator<char>(file), {}};
    if (secret.size() < shortest)
        throw std::runtime_error(settings.cursor_key_file +
                                 ": cannot be read, or has less than 32 characters");
    return CursorKey(secret);
}

/// Every connection is a descriptor, and the usual soft limit is low.
void raise_descriptor_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void end_with(std::exception_ptr broken) {
    if (broken)
        std::rethrow_exception(broken);
}

}  // namespace

struct App::Parts {
    Parts(const GatewaySettings& settings, office::SecretKeys keys)
        : pool(pool_of(settings)),
          lookups({.connection = connection_of(settings)}),
          notifier(context.get_executor(), connection_of(settings)),
          door(std::move(keys), settings.door),
          access(context.get_executor(), connection_of(settings)),
          events(context.get_executor(), connection_of(settings)),
          api(pool, lookups, notifier, door, access, events, clock,
              {.limits = settings.limits, .cursors = cursor_key_of(settings)}),
          server(context.get_executor(), settings.address, settings.port, http_of(settings), api),
          signals(context, SIGTERM, SIGINT) {
        api.watch(server);
    }

    asio::awaitable<void> stop_on_signal() {
        const int signal = co_await signals.async_wait(asio::use_awaitable);
        spdlog::info("signal {}: finishing {} connections", signal, server.connections());
        events.stop();
        co_await server.stop();
        notifier.stop();
        access.stop();
    }

    SystemClock clock;
    asio::io_context context{1};
    office::pg::Pool pool;
    office::pg::Lookups lookups;
    office::pg::Notifier notifier;
    Door door;
    AccessWatch access;
    EventWatch events;
    Api api;
    Server server;
    asio::signal_set signals;
};

App::App(const GatewaySettings& settings, office::SecretKeys keys) {
    raise_descriptor_limit();
    parts_ = std::make_unique<Parts>(settings, std::move(keys));
    spdlog::info("listening on {}:{}", settings.address, parts_->server.port());
    if (settings.cursor_key_file.empty())
        spdlog::warn("cursors of lists end with this process: http.cursor_key_file is not set");
}

App::~App() = default;

bool App::run() {
    asio::co_spawn(parts_->context, parts_->server.serve(), end_with);
    asio::co_spawn(parts_->context, parts_->notifier.run(), end_with);
    asio::co_spawn(parts_->context, parts_->access.run(), end_with);
    asio::co_spawn(parts_->context, parts_->events.run(), end_with);
    asio::co_spawn(parts_->context, parts_->stop_on_signal(), [this](std::exception_ptr broken) {
        end_with(broken);
        parts_->context.stop();
    });
    parts_->context.run();
    return parts_->server.connections() == 0;
}

}  // namespace cambist::gateway
