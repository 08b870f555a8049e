#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "bridge/keys/curve_key.hpp"
#include "sync/messages/codec.hpp"

namespace cambist::tests {

/// What a plugin with policies of the first era says for server 1; its events begin at 1.
Hello hello_in(std::uint64_t epoch, std::uint64_t last_seq = 0);

/// A trading server's plugin as the bridge sees it: a DEALER with keys that says what a test tells
/// it to, and nothing by itself.
class PluginDouble {
  public:
    PluginDouble(const std::string& endpoint, const std::string& bridge_key,
                 const bridge::CurvePair& keys);

    void send(const Message& message);
    void send_bytes(std::string_view bytes);
    /// Says Hello for server 1 and returns the owner's Welcome.
    Welcome greet(std::uint64_t epoch, std::uint64_t last_seq = 0);
    Welcome greet(const Hello& hello);
    /// Numbers the events from first_seq on.
    void tell(std::uint64_t epoch, std::uint64_t first_seq, std::vector<Event> events);
    void wait_acknowledged(std::uint64_t seq);

    /// The next message of this type; others are dropped. Throws after ten seconds.
    template <class T>
    T expect() {
        if (auto message = wait_for<T>(std::chrono::seconds(10)))
            return *message;
        throw std::runtime_error("the bridge did not send what was expected");
    }
    /// What comes within 50 ms.
    std::optional<Message> receive();
    template <class T>
    std::optional<T> wait_for(std::chrono::milliseconds limit) {
        const auto until = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < until) {
            auto message = receive();
            if (message)
                if (auto* wanted = std::get_if<T>(&*message))
                    return std::move(*wanted);
        }
        return std::nullopt;
    }

  private:
    zmq::context_t context_;
    zmq::socket_t socket_;
};

// Records as a trading server might tell them.
UserRecord user(std::uint64_t login, std::uint64_t version, std::int64_t balance,
                std::string_view group = "real");
DealRecord deal(std::uint64_t ticket, std::uint64_t login, std::int64_t profit,
                std::uint64_t version = 1);
inline Event told(Fact fact) {
    return Event{std::move(fact), {}, 0, 0};
}
/// The hash that an event of this fact has on the wire.
std::uint64_t hash_of_fact(const Fact& fact);
/// The two records between which a snapshot stands.
Event snapshot_begins();
Event snapshot_ends();

}  // namespace cambist::tests
