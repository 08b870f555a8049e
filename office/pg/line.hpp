#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "office/pg/connection.hpp"

namespace cambist::office::pg {

/// One statement of a lookup.
struct Asked {
    const Query* query = nullptr;
    Parameters parameters;
};

/// One connection with many lookups under way, answered in the order in which they were sent. Reads
/// only while somebody waits, so it keeps no io_context running.
class Line : public std::enable_shared_from_this<Line> {
  public:
    explicit Line(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

    /// Somebody who waits for the answer to a lookup.
    class Turn {
      public:
        explicit Turn(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}
        /// Stops waiting: `ask` throws DatabaseError(deadline_exceeded).
        void give_up();

      private:
        friend class Line;
        boost::asio::steady_timer timer_;
        Connection::Answers answers_;
        std::optional<DatabaseError> lost_;
        bool answered_ = false, given_up_ = false;
    };

    /// The results of all statements, in one transaction of their own. Throws DatabaseError.
    awaitable<std::vector<Result>> ask(std::vector<Asked> statements, Turn& turn,
                                       std::chrono::nanoseconds limit);

    std::size_t waiting() const { return turns_.size(); }
    bool broken() const { return broken_.has_value(); }

  private:
    void send(std::vector<Asked>& statements, Turn& turn);
    void end_exchange(Turn* turn);
    void push();
    void listen();
    void take();
    void end_turn();
    void leave(const Turn& turn);
    void break_off(DatabaseError error);

    std::unique_ptr<Connection> connection_;
    std::deque<Turn*> turns_;  ///< null: nobody waits for the answer any more
    Connection::Answers answers_;
    std::optional<DatabaseError> broken_;
    bool pushing_ = false, listening_ = false;
};

}  // namespace cambist::office::pg
