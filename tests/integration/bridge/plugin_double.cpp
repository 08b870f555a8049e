#include "tests/integration/bridge/plugin_double.hpp"

namespace cambist::tests {

PluginDouble::PluginDouble(const std::string& endpoint, const std::string& bridge_key,
                           const bridge::CurvePair& keys)
    : socket_(context_, zmq::socket_type::dealer) {
    socket_.set(zmq::sockopt::curve_serverkey, bridge_key);
    socket_.set(zmq::sockopt::curve_publickey, keys.public_key);
    socket_.set(zmq::sockopt::curve_secretkey, keys.secret_key);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, 50);
    socket_.set(zmq::sockopt::reconnect_ivl, 50);
    socket_.connect(endpoint);
}

void PluginDouble::send(const Message& message) {
    Bytes frame;
    encode(message, frame);
    socket_.send(zmq::buffer(frame.data(), frame.size()), zmq::send_flags::none);
}

void PluginDouble::send_bytes(std::string_view bytes) {
    socket_.send(zmq::buffer(bytes), zmq::send_flags::none);
}

std::optional<Message> PluginDouble::receive() {
    zmq::message_t frame;
    if (!socket_.recv(frame))
        return std::nullopt;
    auto message = decode({frame.data<std::byte>(), frame.size()});
    if (!message)
        throw std::runtime_error("the bridge sent a frame that cannot be read");
    return std::move(*message);
}

Hello hello_in(std::uint64_t epoch, std::uint64_t last_seq) {
    Hello hello;
    hello.server = ServerId{1};
    hello.epoch = epoch;
    hello.first_seq = 1;
    hello.last_seq = last_seq;
    hello.policy_era = 1;
    return hello;
}

Welcome PluginDouble::greet(std::uint64_t epoch, std::uint64_t last_seq) {
    return greet(hello_in(epoch, last_seq));
}

Welcome PluginDouble::greet(const Hello& hello) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
        send(hello);
        const auto welcome = wait_for<Welcome>(std::chrono::milliseconds(500));
        if (welcome && welcome->owner)
            return *welcome;
    }
    throw std::runtime_error("no bridge welcomed the plugin as its owner");
}

void PluginDouble::tell(std::uint64_t epoch, std::uint64_t first_seq, std::vector<Event> events) {
    EventBatch batch;
    batch.epoch = epoch;
    batch.first_seq = first_seq;
    batch.events = std::move(events);
    send(batch);
}

void PluginDouble::wait_acknowledged(std::uint64_t seq) {
    while (expect<EventsAcknowledged>().seq < seq) {
    }
}

UserRecord user(std::uint64_t login, std::uint64_t version, std::int64_t balance,
                std::string_view group) {
    UserRecord record;
    record.login = Login{login};
    record.version = version;
    record.group_id = GroupId{group == "real" ? 1u : 2u};
    record.group = FixedText<64>(group);
    record.balance = balance;
    record.registered = Instant{1'000'000'000};
    record.rights = 7;
    record.leverage_x100 = 10'000;
    record.currency_digits = 2;
    record.currency = FixedText<8>("USD");
    return record;
}

DealRecord deal(std::uint64_t ticket, std::uint64_t login, std::int64_t profit,
                std::uint64_t version) {
    DealRecord record;
    record.ticket = Ticket{ticket};
    record.version = version;
    record.login = Login{login};
    record.kind = 2;
    record.profit = profit;
    record.done = Instant{1'700'000'000'000'000'000 + static_cast<std::int64_t>(ticket)};
    record.modified = record.done + std::chrono::nanoseconds(version - 1);
    record.currency_digits = 2;
    record.comment = FixedText<64>("deposit");
    return record;
}

std::uint64_t hash_of_fact(const Fact& fact) {
    Bytes bytes;
    return encode_event(Event{fact, {}, 0, 0}, bytes);
}

Event snapshot_begins() {
    return told(ResyncRecord{});
}

Event snapshot_ends() {
    ResyncRecord record;
    record.ended = true;
    return told(record);
}

}  // namespace cambist::tests
