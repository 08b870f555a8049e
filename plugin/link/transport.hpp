#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/messages/codec.hpp"

namespace cambist::plugin {

struct LinkSettings {
    std::vector<std::string> endpoints;  ///< one a bridge, e.g. tcp://127.0.0.1:8601
    std::string bridge_public_key;       ///< 40 characters of Z85
    std::string secret_key;
};

/// Frames to and from the bridges. One thread.
class Transport {
  public:
    struct Received {
        std::size_t endpoint;
        Bytes frame;
    };
    virtual ~Transport() = default;

    virtual std::size_t endpoints() const = 0;
    /// Never waits; false when the bridge is away or its queue is full.
    virtual bool send(std::size_t endpoint, ByteView frame) = 0;
    /// Never waits.
    virtual std::optional<Received> receive() = 0;
    /// Sockets of the system that may become readable when there is something to receive.
    virtual std::vector<std::intptr_t> handles() const = 0;
    /// Drops what is queued and connects anew.
    virtual void reconnect(std::size_t endpoint) = 0;
};

/// ZeroMQ with CURVE; the error says in one line what is wrong with keys, endpoints or limits.
std::expected<std::unique_ptr<Transport>, std::string> open_transport(const LinkSettings& settings);

}  // namespace cambist::plugin
