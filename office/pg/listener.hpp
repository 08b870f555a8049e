#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "office/pg/connection.hpp"

namespace cambist::office::pg {

/// Hears NOTIFY on a connection of its own. A notification is a wake-up, never the truth: listeners
/// also poll, and look at the rows after every (re)connect.
class Listener {
  public:
    /// Channels are identifiers, not user input.
    static awaitable<Listener> open(ConnectionSettings settings, std::vector<std::string> channels);

    /// The next notification; throws DatabaseError(connection_lost) when the session is gone.
    awaitable<Notification> next() { return connection_->notification(); }

  private:
    explicit Listener(std::unique_ptr<Connection> connection)
        : connection_(std::move(connection)) {}

    std::unique_ptr<Connection> connection_;
};

}  // namespace cambist::office::pg
