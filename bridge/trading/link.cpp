#include "bridge/trading/link.hpp"

#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace cambist::bridge {

namespace {

constexpr int most_bad_frames = 3;
constexpr int frames_a_turn = 64;
constexpr int receive_high_water = 256, send_high_water = 10'000;
constexpr auto idle_wait = std::chrono::milliseconds(1000);
constexpr auto stalled_wait = std::chrono::milliseconds(5);

void configure(zmq::socket_t& router, const CurvePair& keys) {
    router.set(zmq::sockopt::curve_server, true);
    router.set(zmq::sockopt::curve_secretkey, keys.secret_key);
    // A domain that is not empty makes libzmq ask the ZAP handler always; the handler refuses
    // others.
    router.set(zmq::sockopt::zap_domain, std::string(zap_domain));
    router.set(zmq::sockopt::router_mandatory, true);
    router.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(max_frame_bytes));
    router.set(zmq::sockopt::rcvhwm, receive_high_water);
    router.set(zmq::sockopt::sndhwm, send_high_water);
    router.set(zmq::sockopt::linger, 100);
    router.set(zmq::sockopt::handshake_ivl, 2000);
    router.set(zmq::sockopt::heartbeat_ivl, 1000);
    router.set(zmq::sockopt::heartbeat_timeout, 3000);
    router.set(zmq::sockopt::heartbeat_ttl, 5000);
}

std::uint32_t server_of(zmq::message_t& frame) {
    std::uint32_t server = 0;
    if (const char* user = zmq_msg_gets(frame.handle(), "User-Id")) {
        const std::string_view text(user);
        std::from_chars(text.data(), text.data() + text.size(), server);
    }
    return server;
}

ServerId claimed_server(const Message& message) {
    const auto* hello = std::get_if<Hello>(&message);
    return hello ? hello->server : ServerId{};
}

/// What a plugin never sends.
bool is_for_plugins(const Message& message) {
    return !(std::holds_alternative<Hello>(message) ||
             std::holds_alternative<EventBatch>(message) ||
             std::holds_alternative<PolicyAcknowledged>(message) ||
             std::holds_alternative<PolicyDigest>(message) ||
             std::holds_alternative<CommandResult>(message) ||
             std::holds_alternative<RescannedAccounts>(message) ||
             std::holds_alternative<RescannedDeals>(message) ||
             std::holds_alternative<Heartbeat>(message) ||
             std::holds_alternative<FrameRefused>(message));
}

std::size_t events_in(const Message& message) {
    const auto* batch = std::get_if<EventBatch>(&message);
    return batch ? batch->events.size() : 0;
}

}  // namespace

Link::Link(boost::asio::any_io_executor executor, const Clock& clock, LinkSettings settings,
           Receiver receiver)
    : executor_(std::move(executor)),
      clock_(clock),
      settings_(std::move(settings)),
      receiver_(std::move(receiver)),
      zap_(context_, settings_.servers),
      router_(context_, zmq::socket_type::router) {
    for (const ServerKeys& keys : settings_.servers)
        peers_.emplace(keys.server.value, std::make_unique<Peer>());
    configure(router_, settings_.keys);
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_ < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    router_.bind(settings_.endpoint);
}

Link::~Link() {
    stop();
    ::close(wake_);
}

void Link::start() {
    thread_ = std::thread([this] { run(); });
}

void Link::stop() {
    stopping_ = true;
    wake();
    if (thread_.joinable())
        thread_.join();
}

void Link::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

bool Link::send(ServerId server, std::uint64_t session, const Message& message) {
    if (bytes_queued_ > settings_.most_bytes_to_send) {
        ++counters_.dropped_frames;
        return false;
    }
    Outgoing outgoing{server, session, {}};
    encode(message, outgoing.frame);
    bytes_queued_ += outgoing.frame.size();
    {
        const std::lock_guard lock(mutex_);
        queued_.push_back(std::move(outgoing));
    }
    wake();
    return true;
}

void Link::taken(ServerId server, std::size_t events) {
    Peer& peer = *peers_.at(server.value);
    if (events != 0)
        peer.events_waiting -= events;
    else
        --peer.frames_waiting;
}

void Link::run() {
    try {
        while (!stopping_) {
            std::array<zmq::pollitem_t, 3> items{{{router_.handle(), 0, ZMQ_POLLIN, 0},
                                                  {zap_.socket().handle(), 0, ZMQ_POLLIN, 0},
                                                  {nullptr, wake_, ZMQ_POLLIN, 0}}};
            zmq::poll(items, sending_.empty() ? idle_wait : stalled_wait);
            zap_.answer_waiting();
            counters_.turned_away = zap_.turned_away();
            if (items[2].revents != 0) {
                std::uint64_t rung = 0;
                [[maybe_unused]] const ssize_t got = ::read(wake_, &rung, sizeof rung);
            }
            send_queued();
            take_frames();
        }
        send_queued();
    } catch (const std::exception& error) {
        // Without its socket the bridge is of no use: another one takes the lease.
        spdlog::critical("the link's thread ended: {}", error.what());
        std::terminate();
    }
}

void Link::take_frames() {
    for (int turn = 0; turn < frames_a_turn; ++turn) {
        zmq::message_t route, frame, extra;
        if (!router_.recv(route, zmq::recv_flags::dontwait))
            return;
        if (!route.more() || !router_.recv(frame, zmq::recv_flags::dontwait))
            continue;
        bool too_many = false;
        while (router_.get(zmq::sockopt::rcvmore)) {
            too_many = true;
            [[maybe_unused]] const auto got = router_.recv(extra, zmq::recv_flags::dontwait);
        }
        if (too_many)
            ++counters_.bad_frames;
        else
            on_frame(route.to_string(), frame);
    }
    wake();  // more may wait: sends go first
}

void Link::on_frame(const std::string& route, zmq::message_t& frame) {
    ++counters_.frames_in;
    counters_.bytes_in += frame.size();
    const std::uint32_t server = server_of(frame);
    const auto place = peers_.find(server);
    if (place == peers_.end()) {
        ++counters_.bad_frames;
        return;
    }
    Peer& peer = *place->second;
    auto message = decode({frame.data<std::byte>(), frame.size()});
    if (!message)
        return refuse(peer, route, message.error());
    on_message(ServerId{server}, peer, route, std::move(*message));
}

void Link::on_message(ServerId server, Peer& peer, const std::string& route, Message message) {
    if (std::holds_alternative<Hello>(message)) {
        if (claimed_server(message) != server)
            return refuse(peer, route, FrameError::wrong_server);
        if (!peer.open || peer.route != route)
            ++peer.session;
        peer.route = route;
        peer.open = true;
        peer.bad_frames = 0;
    } else if (is_for_plugins(message) || !peer.open || peer.route != route) {
        return refuse(peer, route, FrameError::not_expected);
    }
    post(server, peer, std::move(message));
}

void Link::refuse(Peer& peer, const std::string& route, FrameError error) {
    ++counters_.bad_frames;
    const bool in_session = peer.open && peer.route == route;
    if (in_session && ++peer.bad_frames >= most_bad_frames)
        peer.open = false;
    Bytes frame;
    encode(FrameRefused{error, FixedText<96>(name_of(error))}, frame);
    send_now(route, frame, peer);
}

bool Link::has_room(Peer& peer, const Message& message) {
    if (const std::size_t events = events_in(message); events != 0) {
        if (peer.events_waiting + events > settings_.most_events_waiting)
            return false;
        peer.events_waiting += events;
        return true;
    }
    if (peer.frames_waiting >= settings_.most_frames_waiting)
        return false;
    ++peer.frames_waiting;
    return true;
}

void Link::post(ServerId server, Peer& peer, Message message) {
    if (!has_room(peer, message)) {
        ++counters_.dropped_frames;
        return;
    }
    auto received = std::make_shared<Received>(
        Received{server, peer.session, clock_.now(), std::move(message)});
    boost::asio::post(executor_, [this, received] {
        if (events_in(received->message) == 0)
            taken(received->server, 0);
        receiver_(std::move(*received));
    });
}

void Link::send_queued() {
    {
        const std::lock_guard lock(mutex_);
        for (Outgoing& outgoing : queued_)
            sending_.push_back(std::move(outgoing));
        queued_.clear();
    }
    while (!sending_.empty()) {
        Outgoing& outgoing = sending_.front();
        Peer& peer = *peers_.at(outgoing.server.value);
        if (peer.open && peer.session == outgoing.session &&
            !send_now(peer.route, outgoing.frame, peer))
            return;
        bytes_queued_ -= outgoing.frame.size();
        sending_.pop_front();
    }
}

bool Link::send_now(const std::string& route, const Bytes& frame, Peer& peer) {
    try {
        if (!router_.send(zmq::buffer(route), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
            return false;
        router_.send(zmq::buffer(frame.data(), frame.size()), zmq::send_flags::dontwait);
        ++counters_.frames_out;
        counters_.bytes_out += frame.size();
    } catch (const zmq::error_t& error) {
        if (error.num() != EHOSTUNREACH)
            throw;
        ++counters_.unreachable;
        if (peer.route == route)
            peer.open = false;
    }
    return true;
}

void check_libzmq() {
    int major = 0, minor = 0, patch = 0;
    zmq_version(&major, &minor, &patch);
    if (std::tuple(major, minor, patch) < std::tuple(4, 3, 3))
        throw std::runtime_error("libzmq " + std::to_string(major) + "." + std::to_string(minor) +
                                 "." + std::to_string(patch) +
                                 " has known faults in CURVE; 4.3.3 or newer is needed");
    if (!zmq_has("curve"))
        throw std::runtime_error("this libzmq was built without CURVE");
}

}  // namespace cambist::bridge
