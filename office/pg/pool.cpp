#include "office/pg/pool.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "office/pg/error.hpp"

namespace cambist::office::pg {

namespace asio = boost::asio;

/// Somebody in the queue; leaves it when destroyed, and passes on what it did not take.
struct Pool::Waiter {
    Waiter(Pool& owner, asio::any_io_executor executor)
        : pool(owner), timer(executor, owner.settings_.wait_limit) {
        place = pool.waiters_.insert(pool.waiters_.end(), this);
    }
    ~Waiter() {
        if (!served)
            pool.waiters_.erase(place);
        else if (connection)
            pool.give_back(std::move(connection));
        else if (may_open)
            pool.slot_freed();
    }

    Pool& pool;
    asio::steady_timer timer;
    std::list<Waiter*>::iterator place;
    std::unique_ptr<Connection> connection;
    bool served = false, may_open = false;
};

awaitable<Transaction> Pool::begin() {
    auto connection = co_await acquire();
    co_return Transaction(*this, std::move(connection));
}

awaitable<std::unique_ptr<Connection>> Pool::acquire() {
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        if (connection->idle_and_alive())
            co_return connection;
        connection.reset();
        --open_;
    }
    if (open_ < settings_.connections) {
        ++open_;
        co_return co_await connect();
    }
    co_return co_await wait_for_one();
}

awaitable<std::unique_ptr<Connection>> Pool::connect() {
    struct Slot {
        Pool& pool;
        bool used = false;
        ~Slot() {
            if (!used)
                pool.slot_freed();
        }
    } slot{*this};
    auto connection = co_await Connection::connect(settings_.connection);
    slot.used = true;
    co_return connection;
}

awaitable<std::unique_ptr<Connection>> Pool::wait_for_one() {
    if (waiters_.size() >= settings_.waiters)
        throw DatabaseError(Fault::pool_exhausted, "too many wait for a database connection");
    Waiter waiter(*this, co_await asio::this_coro::executor);
    boost::system::error_code ended;
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (!waiter.served)
        throw DatabaseError(Fault::pool_exhausted, "no database connection became free in time");
    if (waiter.connection)
        co_return std::move(waiter.connection);
    waiter.may_open = false;
    co_return co_await connect();
}

bool Pool::hand_over(std::unique_ptr<Connection>& connection) noexcept {
    if (waiters_.empty())
        return false;
    Waiter& waiter = *waiters_.front();
    waiters_.pop_front();
    waiter.served = true;
    waiter.may_open = !connection;
    waiter.connection = std::move(connection);
    waiter.timer.cancel();
    return true;
}

void Pool::slot_freed() noexcept {
    std::unique_ptr<Connection> none;
    if (!hand_over(none))
        --open_;
}

void Pool::give_back(std::unique_ptr<Connection> connection) noexcept {
    if (!connection->idle_and_alive()) {
        connection.reset();
        slot_freed();
        return;
    }
    if (!hand_over(connection))
        idle_.push_back(std::move(connection));
}

}  // namespace cambist::office::pg
