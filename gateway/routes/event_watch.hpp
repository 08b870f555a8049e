#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>

#include "office/outbox/outbox_store.hpp"
#include "office/pg/connection.hpp"

namespace cambist::gateway {

/// Tells those who wait for events that there may be some: one look a tick for all of them, and
/// none while nobody waits. One thread.
class EventWatch {
  public:
    static constexpr std::size_t room = 256;  ///< waiting at once

    EventWatch(boost::asio::any_io_executor executor, office::pg::ConnectionSettings settings);

    /// Looks until stopped; spawn it once.
    boost::asio::awaitable<void> run();
    /// Wakes everybody, for good.
    void stop();
    bool stopped() const { return stopped_; }

    /// A place among those who wait; not to be had when all are taken.
    class Seat {
      public:
        explicit Seat(EventWatch& watch);
        ~Seat();
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;

        bool taken() const { return taken_; }
        /// Until something may be new since the last wait, or that moment.
        boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point until);

      private:
        friend class EventWatch;
        void ring();

        EventWatch& watch_;
        boost::asio::steady_timer bell_;
        bool taken_, rung_ = false;
    };

  private:
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> pause(std::chrono::nanoseconds time);
    void ring_all();

    office::pg::ConnectionSettings settings_;
    std::unique_ptr<office::pg::Connection> connection_;
    boost::asio::steady_timer pause_;
    std::set<Seat*> seats_;
    std::uint64_t seen_ = 0;
    bool stopped_ = false;
};

}  // namespace cambist::gateway
