#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "plugin/link/transport.hpp"
#include "sync/messages/messages.hpp"

namespace cambist::plugin {

/// The other end of the link, in memory: while one lives, open_transport() connects to it. It
/// answers Hello with Welcome, applies events in order and acknowledges them.
class FakeBridge {
  public:
    struct Wire;

    explicit FakeBridge(std::uint64_t bridge_epoch = 1);
    ~FakeBridge();
    FakeBridge(const FakeBridge&) = delete;

    /// What a Welcome says of the server's settings.
    GateSettings settings{true, {"*"}};
    bool acknowledging = true;
    std::uint64_t epoch = 0, cursor = 0;

    void send(const Message& message);
    void send_bytes(const Bytes& frame);
    /// Takes what came until `enough` holds; false when that takes half a minute.
    bool run_until(const std::function<bool()>& enough);
    /// Cuts the line: what is under way is lost, and nothing goes through until mend().
    void cut();
    void mend();

    std::vector<Event> events;  ///< applied, in order, of all epochs
    std::vector<Message> others;
    std::vector<Hello> hellos;

    template <class Record>
    std::vector<Record> facts() const {
        std::vector<Record> found;
        for (const Event& event : events)
            if (const auto* record = std::get_if<Record>(&event.fact))
                found.push_back(*record);
        return found;
    }
    template <class Kind>
    std::vector<Kind> messages() const {
        std::vector<Kind> found;
        for (const Message& message : others)
            if (const auto* kind = std::get_if<Kind>(&message))
                found.push_back(*kind);
        return found;
    }
    /// A snapshot of the current epoch has ended.
    bool snapshot_ended() const;

  private:
    void take(const Message& message);

    std::shared_ptr<Wire> wire_;
    std::uint64_t bridge_epoch_;
};

}  // namespace cambist::plugin
