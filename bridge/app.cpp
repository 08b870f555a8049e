#include "bridge/app.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "office/pg/error.hpp"
#include "office/pg/listener.hpp"

namespace cambist::bridge {

namespace {

namespace asio = boost::asio;
namespace pg = office::pg;
using asio::awaitable;

constexpr std::size_t connections_a_server = 6;
constexpr auto reconnect_pause = std::chrono::milliseconds(500);
constexpr auto partition_interval = std::chrono::hours(6);

constexpr pg::Query make_partitions{"bridge_make_partitions",
                                    "select ensure_partitions(now() + interval '2 months')"};

pg::ConnectionSettings connection(const Settings& settings) {
    pg::ConnectionSettings to;
    to.dsn = settings.dsn;
    to.application_name = settings.name;
    return to;
}

pg::PoolSettings pool_of(const Settings& settings) {
    pg::PoolSettings pool;
    pool.connection = connection(settings);
    pool.connections = 4 + connections_a_server * settings.servers.size();
    return pool;
}

}  // namespace

App::App(asio::io_context& context, const Clock& clock, Settings settings)
    : context_(context),
      settings_(std::move(settings)),
      pool_(pool_of(settings_)),
      scope_(context.get_executor(), [this] { stop(); }),
      stop_(context.get_executor()),
      partitions_(context.get_executor()),
      listening_(context.get_executor()),
      sweeper_(context.get_executor(), pool_),
      recomputer_(context.get_executor(), pool_),
      listener_(std::make_unique<asio::cancellation_signal>()) {
    LinkSettings link;
    link.endpoint = settings_.endpoint;
    link.keys = settings_.keys;
    link.servers = settings_.servers;
    link.most_events_waiting = 4 * static_cast<std::size_t>(settings_.credit_events);
    link_ = std::make_unique<Link>(context.get_executor(), clock, std::move(link),
                                   [this](Received received) {
                                       const ServerId server = received.server;
                                       servers_.at(server)->receive(std::move(received));
                                   });
    metrics_.watch(link_->counters());
    for (const ServerKeys& keys : settings_.servers) {
        ServerContext server{.server = keys.server,
                             .port = *link_,
                             .pool = pool_,
                             .clock = clock,
                             .settings = settings_,
                             .metrics = metrics_.of(keys.server),
                             .heard = {},
                             .office = {}};
        servers_[keys.server] = std::make_unique<ServerLink>(context.get_executor(),
                                                             std::move(server), [this] { stop(); });
    }
    make_sealer(clock);
    if (settings_.metrics_port != 0)
        metrics_server_ = std::make_unique<MetricsServer>(
            context.get_executor(), static_cast<std::uint16_t>(settings_.metrics_port),
            MetricsServer::Answers{[this] { return metrics_.text(); },
                                   [this] { return not_ready(); }});
}

App::~App() = default;

void App::make_sealer(const Clock& clock) {
    if (settings_.audit.anchor_folders.empty()) {
        spdlog::warn("the audit is not sealed: the settings name no [audit]");
        return;
    }
    SealerSettings settings{.key = settings_.audit.key, .folders = settings_.audit.anchor_folders};
    sealer_ = std::make_unique<AuditSealer>(context_.get_executor(), pool_, std::move(settings));
    metrics_.watch([this, &clock] {
        const SealerState& state = sealer_->state();
        AuditCounts counts{.rows = state.rows,
                           .seals = state.seals,
                           .failures = state.failures,
                           .stopped = state.stopped};
        if (state.anchored)
            counts.anchor_age_seconds =
                std::chrono::duration<double>(clock.now() - *state.anchored).count();
        return counts;
    });
}

void App::start() {
    link_->start();
    for (const auto& [id, server] : servers_)
        server->start();
    scope_.spawn(listen());
    scope_.spawn(keep_partitions());
    scope_.spawn(sweeper_.run());
    scope_.spawn(recomputer_.run());
    if (sealer_)
        scope_.spawn(sealer_->run());
    if (metrics_server_)
        scope_.spawn(metrics_server_->run());
}

void App::stop() {
    if (stopping_)
        return;
    stopping_ = true;
    stop_.ring();
    partitions_.ring();
    listening_.ring();
    sweeper_.stop();
    recomputer_.stop();
    if (sealer_)
        sealer_->stop();
    listener_->emit(asio::cancellation_type::terminal);
    if (metrics_server_)
        metrics_server_->stop();
}

awaitable<void> App::join() {
    while (!stopping_)
        co_await stop_.wait(std::chrono::hours(1));
    std::exception_ptr failure;
    for (const auto& [id, server] : servers_) {
        try {
            co_await server->stop();
        } catch (const std::exception& error) {
            spdlog::critical("server {}: {}", id.value, error.what());
            failure = std::current_exception();
        }
    }
    co_await scope_.join();
    link_->stop();
    if (failure)
        std::rethrow_exception(failure);
}

void App::wake_all() {
    recomputer_.wake();
    for (const auto& [id, server] : servers_) {
        server->policies_accepted();
        server->commands_queued();
    }
}

awaitable<void> App::hear() {
    std::vector<std::string> channels{"cambist_policy", "cambist_commands"};
    auto listener = co_await pg::Listener::open(connection(settings_), std::move(channels));
    wake_all();
    for (;;) {
        const auto notification = co_await listener.next();
        if (notification.channel == "cambist_policy")
            recomputer_.wake();
        for (const auto& [id, server] : servers_) {
            if (notification.channel == "cambist_policy")
                server->policies_accepted();
            else
                server->commands_queued();
        }
    }
}

awaitable<void> App::listen() {
    while (!stopping_) {
        try {
            co_await asio::co_spawn(
                context_, hear(),
                asio::bind_cancellation_slot(listener_->slot(), asio::use_awaitable));
        } catch (const pg::DatabaseError& error) {
            if (!stopping_)
                spdlog::warn("wake-ups are lost, polling goes on: {}", error.what());
        } catch (const boost::system::system_error&) {
            // Cancelled: the bridge stops.
        }
        if (!stopping_)
            co_await listening_.wait(reconnect_pause);
    }
}

awaitable<void> App::keep_partitions() {
    while (!stopping_) {
        bool made = false;
        try {
            auto tx = co_await pool_.begin();
            co_await tx.execute(make_partitions);
            co_await tx.commit();
            made = true;
        } catch (const pg::DatabaseError& error) {
            spdlog::warn("partitions: {}", error.what());
        }
        if (!stopping_)
            co_await partitions_.wait(made ? std::chrono::nanoseconds(partition_interval)
                                           : std::chrono::nanoseconds(reconnect_pause));
    }
}

std::string App::not_ready() const {
    for (const auto& [id, server] : servers_) {
        std::string why = server->not_ready();
        if (!why.empty())
            return why;
    }
    return "";
}

}  // namespace cambist::bridge
