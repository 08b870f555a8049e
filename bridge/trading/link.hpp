#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bridge/keys/curve_key.hpp"
#include "bridge/trading/port.hpp"
#include "bridge/trading/zap_handler.hpp"
#include "sync/messages/codec.hpp"

namespace cambist::bridge {

struct LinkSettings {
    std::string endpoint;
    CurvePair keys;
    std::vector<ServerKeys> servers;
    std::size_t most_events_waiting = 131'072;   ///< a server; beyond, frames are dropped
    std::size_t most_frames_waiting = 4'096;     ///< a server, other than events
    std::size_t most_bytes_to_send = 64u << 20;  ///< all servers together
};

/// What the link counted; readable from any thread.
struct LinkCounters {
    std::atomic<std::uint64_t> frames_in{0}, bytes_in{0}, frames_out{0}, bytes_out{0};
    std::atomic<std::uint64_t> bad_frames{0}, dropped_frames{0}, unreachable{0}, turned_away{0};
};

/// The bridge's socket: one thread owns the ROUTER and the ZAP handler, decodes what arrives and
/// posts it to the executor. `send` and `taken` belong to the executor's thread.
class Link : public TradingPort {
  public:
    using Receiver = std::function<void(Received)>;

    /// Binds at once; throws zmq::error_t when the endpoint cannot be had.
    Link(boost::asio::any_io_executor executor, const Clock& clock, LinkSettings settings,
         Receiver receiver);
    ~Link() override;

    void start();
    /// Ends the thread; frames queued before are tried once more.
    void stop();

    bool send(ServerId server, std::uint64_t session, const Message& message) override;
    void taken(ServerId server, std::size_t events) override;
    const LinkCounters& counters() const { return counters_; }

  private:
    /// One listed server, as the link's thread sees it.
    struct Peer {
        std::string route;  ///< of the latest Hello
        std::uint64_t session = 0;
        int bad_frames = 0;  ///< of this session; after three it is over
        bool open = false;
        std::atomic<std::size_t> events_waiting{0}, frames_waiting{0};
    };
    struct Outgoing {
        ServerId server;
        std::uint64_t session = 0;
        Bytes frame;
    };

    void run();
    void take_frames();
    void on_frame(const std::string& route, zmq::message_t& frame);
    void on_message(ServerId server, Peer& peer, const std::string& route, Message message);
    void refuse(Peer& peer, const std::string& route, FrameError error);
    void post(ServerId server, Peer& peer, Message message);
    bool has_room(Peer& peer, const Message& message);
    void send_queued();
    /// False: try again later.
    bool send_now(const std::string& route, const Bytes& frame, Peer& peer);
    void wake();

    boost::asio::any_io_executor executor_;
    const Clock& clock_;
    LinkSettings settings_;
    Receiver receiver_;
    zmq::context_t context_;
    ZapHandler zap_;
    zmq::socket_t router_;
    int wake_ = -1;  ///< eventfd
    std::map<std::uint32_t, std::unique_ptr<Peer>> peers_;
    std::deque<Outgoing> sending_;  ///< the thread's own
    std::mutex mutex_;
    std::vector<Outgoing> queued_;  ///< under mutex_
    std::atomic<std::size_t> bytes_queued_{0};
    std::atomic<bool> stopping_{false};
    LinkCounters counters_;
    std::thread thread_;
};

/// Throws std::runtime_error when the libzmq that runs is too old to be trusted with CURVE.
void check_libzmq();

}  // namespace cambist::bridge
