#include "gateway/routes/event_watch.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "office/pg/error.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::gateway {
namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

constexpr std::chrono::nanoseconds tick = std::chrono::milliseconds(100);
constexpr std::chrono::nanoseconds rest = std::chrono::hours(1);

}  // namespace

EventWatch::Seat::Seat(EventWatch& watch)
    : watch_(watch), bell_(watch.pause_.get_executor()), taken_(watch.seats_.size() < room) {
    if (taken_)
        watch_.seats_.insert(this);
    if (watch_.seats_.size() == 1)
        watch_.pause_.cancel();
}

EventWatch::Seat::~Seat() {
    watch_.seats_.erase(this);
}

void EventWatch::Seat::ring() {
    rung_ = true;
    bell_.cancel();
}

asio::awaitable<void> EventWatch::Seat::wait(steady::time_point until) {
    if (!rung_ && !watch_.stopped_) {
        bell_.expires_at(until);
        boost::system::error_code ended;
        co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
    rung_ = false;
}

EventWatch::EventWatch(asio::any_io_executor executor, office::pg::ConnectionSettings settings)
    : settings_(std::move(settings)), pause_(std::move(executor)) {}

asio::awaitable<void> EventWatch::pause(std::chrono::nanoseconds time) {
    pause_.expires_after(std::chrono::duration_cast<steady::duration>(time));
    boost::system::error_code ended;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
}

asio::awaitable<void> EventWatch::run() {
    while (!stopped_) {
        try {
            if (!seats_.empty())
                co_await look();
        } catch (const office::pg::DatabaseError& error) {
            spdlog::warn("event watch: {}", error.what());
            connection_.reset();
        }
        if (!stopped_)
            co_await pause(seats_.empty() ? rest : tick);
    }
}

asio::awaitable<void> EventWatch::look() {
    if (!connection_ || !connection_->idle_and_alive())
        connection_ = co_await office::pg::Connection::connect(settings_);
    office::pg::Transaction tx(*connection_);
    const auto end = co_await office::outbox::end(tx);
    if (end.xid != seen_)
        ring_all();
    seen_ = end.xid;
}

void EventWatch::stop() {
    stopped_ = true;
    pause_.cancel();
    ring_all();
}

void EventWatch::ring_all() {
    for (Seat* seat : seats_)
        seat->ring();
}

}  // namespace cambist::gateway
