#include "gateway/auth/access_watch.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "office/pg/error.hpp"
#include "office/pg/listener.hpp"

namespace cambist::gateway {

namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

constexpr auto reconnect_pause = std::chrono::milliseconds(200);

}  // namespace

asio::awaitable<void> LiveRequest::wait(std::chrono::nanoseconds at_most) {
    if (!rung_) {
        bell_.expires_after(std::chrono::duration_cast<steady::duration>(at_most));
        boost::system::error_code ended;
        co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
    rung_ = false;
}

void LiveRequest::ring() {
    rung_ = true;
    if (act_)
        act_();
    else
        bell_.cancel();
}

LiveRequest::~LiveRequest() {
    if (watch_)
        watch_->live_.erase(place_);
}

void LiveRequest::belongs_to(AccessWatch& watch, OperationId principal) {
    if (watch_)
        return;
    watch_ = &watch;
    place_ = watch.live_.emplace(principal, this);
}

AccessWatch::AccessWatch(asio::any_io_executor executor, office::pg::ConnectionSettings settings)
    : settings_(std::move(settings)),
      pool_({.connection = settings_,
             .connections = 2,
             .waiters = 10'000,
             .wait_limit = std::chrono::milliseconds(700)}),
      pause_(std::move(executor)) {}

asio::awaitable<void> AccessWatch::run() {
    while (!stopped_) {
        try {
            co_await listen();
        } catch (const office::pg::DatabaseError& error) {
            spdlog::warn("access watch: {}", error.what());
        }
        hearing_ = false;
        tell_all();
        pause_.expires_after(reconnect_pause);
        boost::system::error_code ended;
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
}

void AccessWatch::stop() {
    stopped_ = true;
    pause_.cancel();
}

asio::awaitable<void> AccessWatch::listen() {
    auto listener = co_await office::pg::Listener::open(settings_, {"cambist_access"});
    hearing_ = true;
    tell_all();  // of what was said meanwhile
    for (;;) {
        const auto heard = co_await listener.next();
        if (heard.payload.empty())
            tell_all();
        else
            tell(heard.payload);
    }
}

void AccessWatch::tell(std::string_view principal) {
    const auto id = OperationId::from_uuid(principal);
    if (!id)
        return tell_all();
    const auto [first, last] = live_.equal_range(*id);
    for (auto at = first; at != last; ++at)
        at->second->ring();
}

void AccessWatch::tell_all() {
    for (const auto& [principal, live] : live_)
        live->ring();
}

}  // namespace cambist::gateway
