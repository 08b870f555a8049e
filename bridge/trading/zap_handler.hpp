#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "sync/vocabulary/ids.hpp"

namespace cambist::bridge {

/// The public keys, in Z85, that speak for a trading server; two while keys are rotated.
struct ServerKeys {
    ServerId server;
    std::vector<std::string> public_keys;
};

constexpr const char* zap_domain = "cambist";

/// Answers libzmq's authentication requests (ZeroMQ RFC 27): a listed key becomes its server's id
/// as User-Id, everything else is turned away. Used by the link's thread alone.
class ZapHandler {
  public:
    ZapHandler(zmq::context_t& context, const std::vector<ServerKeys>& servers);

    zmq::socket_t& socket() { return socket_; }
    /// Answers every request that waits.
    void answer_waiting();
    std::uint64_t turned_away() const { return turned_away_; }

  private:
    struct Verdict {
        const char* code;
        const char* text;
        std::string user;
    };
    Verdict judge(const std::vector<zmq::message_t>& request) const;

    zmq::socket_t socket_;
    std::map<std::string, ServerId> servers_;  ///< by the 32 bytes of the key
    std::uint64_t turned_away_ = 0;
};

}  // namespace cambist::bridge
