#include "tests/unit/plugin/fake_bridge.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace cambist::plugin {

struct FakeBridge::Wire {
    std::mutex mutex;
    std::condition_variable came;
    std::deque<Bytes> to_bridge, to_plugin;
    bool cut = false;
};

namespace {

std::shared_ptr<FakeBridge::Wire> connected_wire;

class FakeTransport final : public Transport {
  public:
    explicit FakeTransport(std::shared_ptr<FakeBridge::Wire> wire) : wire_(std::move(wire)) {}
    std::size_t endpoints() const override { return 1; }
    bool send(std::size_t, ByteView frame) override {
        const std::lock_guard lock(wire_->mutex);
        if (wire_->cut)
            return false;
        wire_->to_bridge.emplace_back(frame.begin(), frame.end());
        wire_->came.notify_one();
        return true;
    }
    std::optional<Received> receive() override {
        const std::lock_guard lock(wire_->mutex);
        if (wire_->to_plugin.empty())
            return std::nullopt;
        Received received{0, std::move(wire_->to_plugin.front())};
        wire_->to_plugin.pop_front();
        return received;
    }
    std::vector<std::intptr_t> handles() const override { return {}; }
    void reconnect(std::size_t) override {}

  private:
    std::shared_ptr<FakeBridge::Wire> wire_;
};

}  // namespace

/// Stands in for the one of link/zmq_transport.cpp, which the linker then leaves out.
std::expected<std::unique_ptr<Transport>, std::string> open_transport(const LinkSettings&) {
    if (!connected_wire)
        return std::unexpected("no bridge in this test");
    return std::make_unique<FakeTransport>(connected_wire);
}

FakeBridge::FakeBridge(std::uint64_t bridge_epoch)
    : wire_(std::make_shared<Wire>()), bridge_epoch_(bridge_epoch) {
    connected_wire = wire_;
}

FakeBridge::~FakeBridge() {
    connected_wire = nullptr;
}

void FakeBridge::send(const Message& message) {
    Bytes frame;
    encode(message, frame);
    send_bytes(frame);
}

void FakeBridge::send_bytes(const Bytes& frame) {
    const std::lock_guard lock(wire_->mutex);
    if (!wire_->cut)
        wire_->to_plugin.push_back(frame);
}

void FakeBridge::cut() {
    const std::lock_guard lock(wire_->mutex);
    wire_->cut = true;
    wire_->to_bridge.clear();
    wire_->to_plugin.clear();
}

void FakeBridge::mend() {
    const std::lock_guard lock(wire_->mutex);
    wire_->cut = false;
}

bool FakeBridge::run_until(const std::function<bool()>& enough) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!enough()) {
        Bytes frame;
        {
            std::unique_lock lock(wire_->mutex);
            wire_->came.wait_for(lock, std::chrono::milliseconds(20),
                                 [&] { return !wire_->to_bridge.empty(); });
            if (!wire_->to_bridge.empty()) {
                frame = std::move(wire_->to_bridge.front());
                wire_->to_bridge.pop_front();
            }
        }
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        if (frame.empty())
            continue;
        const auto message = decode(frame);
        EXPECT_TRUE(message) << "the plugin sent a bad frame";
        if (message)
            take(*message);
    }
    return true;
}

void FakeBridge::take(const Message& message) {
    if (const auto* hello = std::get_if<Hello>(&message)) {
        hellos.push_back(*hello);
        if (hello->epoch > epoch) {
            epoch = hello->epoch;
            cursor = 0;
        }
        Welcome welcome;
        welcome.server = hello->server;
        welcome.owner = true;
        welcome.bridge_epoch = bridge_epoch_;
        welcome.cursor_epoch = epoch;
        welcome.cursor_seq = cursor;
        welcome.credit_events = 10'000;
        welcome.settings = settings;
        send(welcome);
    } else if (const auto* batch = std::get_if<EventBatch>(&message)) {
        if (batch->epoch != epoch)
            return;
        std::uint64_t seq = batch->first_seq;
        for (const Event& event : batch->events)
            if (seq++ == cursor + 1) {
                ++cursor;
                events.push_back(event);
            }
        if (acknowledging)
            send(EventsAcknowledged{bridge_epoch_, epoch, cursor, 10'000});
    } else if (std::holds_alternative<Heartbeat>(message)) {
        send(Heartbeat{});
    } else {
        others.push_back(message);
    }
}

bool FakeBridge::snapshot_ended() const {
    const auto records = facts<ResyncRecord>();
    return !records.empty() && records.back().ended;
}

}  // namespace cambist::plugin
