#include <array>
#include <zmq.hpp>

#include "plugin/link/transport.hpp"
#include "plugin/platform.hpp"

namespace cambist::plugin {

namespace {

constexpr int linger_ms = 200;
constexpr int heartbeat_ms = 1000;
constexpr int heartbeat_timeout_ms = 3000;
constexpr int reconnect_ms = 100;
constexpr int reconnect_most_ms = 1000;
constexpr int queue_frames = 1000;
constexpr std::size_t key_characters = 40;
/// libzmq opens a handful of descriptors for itself and one a connection, and aborts without them.
constexpr std::size_t descriptors_needed = 64;

/// The secret keys that libzmq's own manual prints: known to everybody.
constexpr std::array<std::string_view, 2> published_secrets{
    "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"};

class ZmqTransport final : public Transport {
  public:
    explicit ZmqTransport(const LinkSettings& settings) : settings_(settings) {
        std::array<char, key_characters + 1> derived{};
        if (zmq_curve_public(derived.data(), settings_.secret_key.c_str()) != 0)
            throw zmq::error_t();
        public_key_ = derived.data();
        for (std::size_t at = 0; at < settings_.endpoints.size(); ++at)
            sockets_.push_back(connected(at));
    }

    std::size_t endpoints() const override { return sockets_.size(); }

    bool send(std::size_t endpoint, ByteView frame) override {
        return sockets_[endpoint]
            .send(zmq::const_buffer(frame.data(), frame.size()), zmq::send_flags::dontwait)
            .has_value();
    }

    std::optional<Received> receive() override {
        for (std::size_t at = 0; at < sockets_.size(); ++at) {
            const std::size_t endpoint = (turn_ + at) % sockets_.size();
            zmq::message_t message;
            if (!sockets_[endpoint].recv(message, zmq::recv_flags::dontwait))
                continue;
            drop_other_parts(sockets_[endpoint], message);
            turn_ = endpoint + 1;
            const auto* begin = static_cast<const std::byte*>(message.data());
            return Received{endpoint, Bytes(begin, begin + message.size())};
        }
        return std::nullopt;
    }

    std::vector<std::intptr_t> handles() const override {
        std::vector<std::intptr_t> all;
        for (const zmq::socket_t& socket : sockets_)
            all.push_back(static_cast<std::intptr_t>(socket.get(zmq::sockopt::fd)));
        return all;
    }

    void reconnect(std::size_t endpoint) override {
        if (descriptors_left() < descriptors_needed)
            return;  // the old socket goes on trying
        try {
            sockets_[endpoint] = connected(endpoint);
        } catch (const zmq::error_t&) {
            return;  // likewise
        }
    }

  private:
    /// A frame is one part; more of them are not ours.
    static void drop_other_parts(zmq::socket_t& socket, zmq::message_t& message) {
        bool more = message.more();
        if (more)
            message.rebuild();
        while (more) {
            zmq::message_t part;
            if (!socket.recv(part, zmq::recv_flags::dontwait))
                return;
            more = part.more();
        }
    }

    zmq::socket_t connected(std::size_t endpoint) {
        zmq::socket_t socket(context_, zmq::socket_type::dealer);
        socket.set(zmq::sockopt::immediate, true);
        socket.set(zmq::sockopt::linger, linger_ms);
        socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(max_frame_bytes));
        socket.set(zmq::sockopt::sndhwm, queue_frames);
        socket.set(zmq::sockopt::rcvhwm, queue_frames);
        socket.set(zmq::sockopt::heartbeat_ivl, heartbeat_ms);
        socket.set(zmq::sockopt::heartbeat_timeout, heartbeat_timeout_ms);
        socket.set(zmq::sockopt::heartbeat_ttl, heartbeat_timeout_ms);
        socket.set(zmq::sockopt::reconnect_ivl, reconnect_ms);
        socket.set(zmq::sockopt::reconnect_ivl_max, reconnect_most_ms);
        socket.set(zmq::sockopt::curve_serverkey, settings_.bridge_public_key);
        socket.set(zmq::sockopt::curve_publickey, public_key_);
        socket.set(zmq::sockopt::curve_secretkey, settings_.secret_key);
        socket.connect(settings_.endpoints[endpoint]);
        return socket;
    }

    LinkSettings settings_;
    std::string public_key_;
    zmq::context_t context_;
    std::vector<zmq::socket_t> sockets_;
    std::size_t turn_ = 0;
};

std::string what_is_wrong(const LinkSettings& settings) {
    if (settings.endpoints.empty())
        return "bridge_endpoints is empty";
    if (settings.bridge_public_key.size() != key_characters)
        return "the bridge's public key is not 40 characters of Z85";
    if (settings.secret_key.size() != key_characters)
        return "the secret key is not 40 characters of Z85";
    for (const std::string_view published : published_secrets)
        if (settings.secret_key == published)
            return "the secret key is the published test key of the CURVE manual";
    int major = 0, minor = 0, patch = 0;
    zmq_version(&major, &minor, &patch);
    if (major < 4 || (major == 4 && (minor < 3 || (minor == 3 && patch < 3))))
        return "libzmq is older than 4.3.3";
    if (!zmq_has("curve"))
        return "libzmq was built without CURVE";
    if (descriptors_left() < descriptors_needed + 4 * settings.endpoints.size())
        return "too few file descriptors are left for the link";
    return {};
}

}  // namespace

std::expected<std::unique_ptr<Transport>, std::string> open_transport(
    const LinkSettings& settings) {
    if (std::string wrong = what_is_wrong(settings); !wrong.empty())
        return std::unexpected(wrong);
    try {
        return std::make_unique<ZmqTransport>(settings);
    } catch (const zmq::error_t& error) {
        return std::unexpected(std::string("the link cannot be opened: ") + error.what());
    }
}

}  // namespace cambist::plugin
