#include "bridge/trading/server_link.hpp"

#include <prometheus/gauge.h>
#include <spdlog/spdlog.h>

#include "office/pg/error.hpp"
#include "office/trading/mirror_account_store.hpp"

namespace cambist::bridge {

namespace {
constexpr auto heartbeat_interval = std::chrono::seconds(1);
constexpr auto most_silence = std::chrono::seconds(3);
}  // namespace

ServerLink::ServerLink(boost::asio::any_io_executor executor, ServerContext context,
                       std::function<void()> failed)
    : context_(std::move(context)),
      lease_(executor, context_, [this] { lease_changed(); }),
      mirror_(executor, context_,
              {.session_began = [this] { session_began(); },
               .step_down =
                   [this](std::string_view why) {
                       lease_.step_down(why);
                       lease_.wake();
                   }}),
      policies_(executor, context_,
                {.scope_changed =
                     [this] {
                         rescope_due_ = true;
                         rescope_.ring();
                     },
                 .greet_again = [this] { mirror_.greet_again(); }}),
      commands_(executor, context_, [this] { policies_.wake(); }),
      rescan_(executor, context_,
              [this] { return Rescan::Position{mirror_.epoch(), mirror_.cursor()}; }),
      beat_(executor),
      rescope_(executor),
      scope_(executor, std::move(failed)) {}

void ServerLink::start() {
    scope_.spawn(lease_.run());
    scope_.spawn(mirror_.run());
    scope_.spawn(policies_.run());
    scope_.spawn(commands_.run());
    scope_.spawn(rescan_.run());
    scope_.spawn(beat());
    scope_.spawn(rescope());
}

boost::asio::awaitable<void> ServerLink::stop() {
    context_.stopping = true;
    lease_.wake();
    mirror_.wake();
    policies_.stop();
    commands_.stop();
    rescan_.stop();
    beat_.ring();
    rescope_.ring();
    co_await scope_.join();
    if (context_.owner)
        co_await lease_.release();
}

void ServerLink::receive(Received received) {
    std::visit([&](auto& message) { on(message, received); }, received.message);
}

void ServerLink::lease_changed() {
    if (!context_.open) {
        policies_.session_ended();
        commands_.session_ended();
    }
    mirror_.greet_again();
}

void ServerLink::session_began() {
    context_.metrics.connected->Set(1);
    policies_.session_began();
    commands_.session_began();
    rescan_.session_began();
}

void ServerLink::on(Hello& hello, const Received& received) {
    context_.session = received.session;
    context_.heard = received.at;
    mirror_.on_hello(hello);
    if (!context_.open) {
        policies_.session_ended();
        commands_.session_ended();
    }
}

void ServerLink::on(EventBatch& batch, const Received& received) {
    if (received.session != context_.session) {
        context_.port.taken(context_.server, batch.events.size());
        return;
    }
    context_.heard = received.at;
    mirror_.on_batch(std::move(batch));
}

void ServerLink::on(PolicyAcknowledged& message, const Received& received) {
    if (context_.open)
        policies_.on_acknowledged(std::move(message), received.at);
}

void ServerLink::on(PolicyDigest& digest, const Received&) {
    if (context_.open)
        policies_.on_digest(digest);
}

void ServerLink::on(CommandResult& result, const Received&) {
    if (context_.open)
        commands_.on_result(result);
}

void ServerLink::on(RescannedAccounts& page, const Received&) {
    rescan_.on_accounts(std::move(page));
}

void ServerLink::on(RescannedDeals& page, const Received&) {
    rescan_.on_deals(std::move(page));
}

void ServerLink::on(Heartbeat& heartbeat, const Received& received) {
    context_.heard = received.at;
    mirror_.on_heartbeat(heartbeat);
}

void ServerLink::on(FrameRefused& refused, const Received&) {
    spdlog::error("server {}: the plugin refused a frame: {} {}", context_.server.value,
                  name_of(refused.error), refused.detail.view());
}

boost::asio::awaitable<void> ServerLink::beat() {
    while (!context_.stopping) {
        co_await beat_.wait(heartbeat_interval);
        const Instant now = context_.clock.now();
        if (context_.session != 0)
            context_.send(Heartbeat{.at = now});
        if (!context_.open || now - context_.heard < most_silence)
            continue;
        spdlog::warn("server {}: the plugin is silent, the session is over", context_.server.value);
        context_.open = context_.mirror_fresh = false;
        context_.metrics.connected->Set(0);
        policies_.session_ended();
        commands_.session_ended();
    }
}

boost::asio::awaitable<void> ServerLink::rescope() {
    while (!context_.stopping) {
        co_await rescope_.wait(std::chrono::seconds(10));
        if (!rescope_due_ || context_.stopping)
            continue;
        try {
            auto tx = co_await context_.pool.begin();
            auto patterns = context_.office.scope;
            co_await office::mirror::rescope(tx, context_.server, std::move(patterns));
            co_await tx.commit();
            rescope_due_ = false;
        } catch (const office::pg::DatabaseError& error) {
            spdlog::warn("server {}: scope: {}", context_.server.value, error.what());
        }
    }
}

std::string ServerLink::not_ready() const {
    const std::string name = "server " + std::to_string(context_.server.value);
    if (!context_.owner)
        return name + ": the lease is another bridge's";
    if (!context_.open)
        return name + ": no plugin is connected";
    return "";
}

}  // namespace cambist::bridge
