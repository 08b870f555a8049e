#pragma once

#include <cstdint>

#include "sync/messages/messages.hpp"

namespace cambist::bridge {

/// A frame from a trading server, decoded. `session` rises with each connection of
/// that server that says Hello.
struct Received {
    ServerId server;
    std::uint64_t session = 0;
    Instant at;  ///< when the frame was read, on the bridge's clock
    Message message;
};

/// How the bridge talks to trading servers. Two kinds exist: in_process, a plugin inside the server
/// that vetoes (Link); and remote, a manager API that can only detect and set native rights, which
/// would answer the same messages with `mode: observe` for ever. Only Link is built.
class TradingPort {
  public:
    virtual ~TradingPort() = default;
    /// Queues one frame for the session; false when that session is over or the queue is full.
    virtual bool send(ServerId server, std::uint64_t session, const Message& message) = 0;
    /// The events of a received batch left memory: room for as many more.
    virtual void taken(ServerId server, std::size_t events) = 0;
};

}  // namespace cambist::bridge
