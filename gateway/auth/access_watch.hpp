#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <string_view>

#include "office/pg/connection.hpp"
#include "office/pg/pool.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::gateway {

class AccessWatch;

/// A request under way. Once it belongs to somebody, it is told when their rights changed.
class LiveRequest {
  public:
    explicit LiveRequest(boost::asio::any_io_executor executor) : bell_(std::move(executor)) {}
    ~LiveRequest();
    LiveRequest(const LiveRequest&) = delete;
    LiveRequest& operator=(const LiveRequest&) = delete;

    void belongs_to(AccessWatch& watch, OperationId principal);
    bool has_owner() const { return watch_ != nullptr; }

    /// Until somebody's rights changed or that time passed.
    boost::asio::awaitable<void> wait(std::chrono::nanoseconds at_most);
    /// Instead of waiting.
    void when_told(std::function<void()> act) { act_ = std::move(act); }
    void ring();

  private:
    boost::asio::steady_timer bell_;
    AccessWatch* watch_ = nullptr;
    std::multimap<OperationId, LiveRequest*>::iterator place_;
    std::function<void()> act_;
    bool rung_ = false;
};

/// Hears of every change of somebody's rights, sessions and keys (channel cambist_access), and
/// tells the requests of theirs that are under way to look again. When it cannot hear, they look
/// twice a second by themselves. One thread.
class AccessWatch {
  public:
    AccessWatch(boost::asio::any_io_executor executor, office::pg::ConnectionSettings settings);

    boost::asio::awaitable<void> run();
    void stop();

    /// How long a request under way goes on before it looks again by itself.
    std::chrono::milliseconds trust() const {
        return std::chrono::milliseconds(hearing_ ? 2000 : 500);
    }
    bool hears() const { return hearing_; }
    /// For looking again: not to be kept waiting by the requests that are to be cut.
    boost::asio::awaitable<office::pg::Transaction> begin() { return pool_.begin(); }

  private:
    friend class LiveRequest;
    boost::asio::awaitable<void> listen();
    void tell(std::string_view principal);
    void tell_all();

    office::pg::ConnectionSettings settings_;
    office::pg::Pool pool_;
    boost::asio::steady_timer pause_;
    std::multimap<OperationId, LiveRequest*> live_;
    bool hearing_ = false, stopped_ = false;
};

}  // namespace cambist::gateway
