#include "bridge/trading/lease.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <spdlog/spdlog.h>

#include "office/pg/error.hpp"
#include "office/trading/server_store.hpp"

namespace cambist::bridge {

namespace servers = office::servers;
using boost::asio::awaitable;

Lease::Lease(boost::asio::any_io_executor executor, ServerContext& context,
             std::function<void()> changed)
    : context_(context), changed_(std::move(changed)), bell_(std::move(executor)) {}

std::chrono::milliseconds Lease::duration() const {
    return std::chrono::seconds(context_.settings.lease_seconds);
}

void Lease::step_down(std::string_view why) {
    if (!context_.owner)
        return;
    spdlog::warn("server {}: stepping down: {}", context_.server.value, why);
    context_.owner = context_.open = context_.mirror_fresh = false;
    context_.metrics.owner->Set(0);
    context_.metrics.lease_changes->Increment();
    changed_();
}

awaitable<void> Lease::acquire() {
    auto tx = co_await context_.pool.begin();
    const auto epoch =
        co_await servers::acquire_lease(tx, context_.server, context_.settings.name, duration());
    if (!epoch)
        co_return;
    co_await tx.commit();
    context_.bridge_epoch = static_cast<std::uint64_t>(*epoch);
    context_.owner = true;
    context_.metrics.owner->Set(1);
    context_.metrics.lease_changes->Increment();
    spdlog::info("server {}: lease taken, bridge epoch {}", context_.server.value, *epoch);
    changed_();
}

awaitable<void> Lease::renew() {
    auto tx = co_await context_.pool.begin();
    const bool kept = co_await servers::renew_lease(
        tx, context_.server, static_cast<std::int64_t>(context_.bridge_epoch), duration());
    if (!kept)
        co_return step_down("another bridge has taken the lease");
    co_await tx.commit();
}

awaitable<void> Lease::release() {
    try {
        auto tx = co_await context_.pool.begin();
        servers::release_lease(tx, context_.server,
                               static_cast<std::int64_t>(context_.bridge_epoch));
        co_await tx.commit();
        spdlog::info("server {}: lease released", context_.server.value);
    } catch (const office::pg::DatabaseError& error) {
        spdlog::warn("server {}: the lease runs out by itself: {}", context_.server.value,
                     error.what());
    }
}

awaitable<void> Lease::look() {
    try {
        if (context_.owner)
            co_await renew();
        else
            co_await acquire();
    } catch (const office::pg::DatabaseError& error) {
        // Fencing keeps us harmless: without the database nothing is applied or dispatched.
        context_.metrics.database_errors->Increment();
        spdlog::warn("server {}: lease: {}", context_.server.value, error.what());
    }
}

awaitable<void> Lease::run() {
    while (!context_.stopping) {
        co_await look();
        if (!context_.stopping)
            co_await bell_.wait(context_.owner ? duration() / 3
                                               : std::min<std::chrono::milliseconds>(
                                                     duration() / 3, std::chrono::seconds(1)));
    }
}

}  // namespace cambist::bridge
