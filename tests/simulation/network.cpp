#include "tests/simulation/network.hpp"

namespace cambist::simulation {

void Network::send(std::size_t from, std::size_t to, const Message& message) {
    Bytes frame;
    encode(message, frame);
    if (world_.faults) {
        if (cut_[from][to]) {
            world_.saw("network: cut link swallowed a frame");
            return;
        }
        if (world_.random.chance(world_.harshness.loss)) {
            world_.saw("network: frame lost");
            return;
        }
        if (world_.random.chance(world_.harshness.duplication)) {
            world_.saw("network: frame doubled");
            deliver_later(from, to, frame);
        }
    }
    deliver_later(from, to, std::move(frame));
}

nanoseconds Network::delay() {
    if (!world_.faults)
        return milliseconds(1);
    if (world_.random.chance(world_.harshness.long_delay)) {
        world_.saw("network: frame delayed for long");
        return world_.random.span(milliseconds(100), seconds(3));
    }
    if (world_.random.chance(world_.harshness.reorder)) {
        world_.saw("network: frame out of order");
        return world_.random.span(milliseconds(1), milliseconds(40));
    }
    return milliseconds(1);
}

void Network::deliver_later(std::size_t from, std::size_t to, Bytes frame) {
    world_.after(delay(), [this, from, to, sent_in = generation_, frame = std::move(frame)] {
        const End& end = ends_[to];
        if (sent_in != generation_ || !end.process->up())
            return;
        const auto message = decode(frame);
        if (!message)
            world_.violate("frames decode", std::string(name_of(message.error())));
        end.process->enter([&] { end.endpoint->on_message(from, *message); });
    });
}

}  // namespace cambist::simulation
