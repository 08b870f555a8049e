#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/commands/worker.hpp"
#include "plugin/link/transport.hpp"
#include "plugin/mirror/carry_over.hpp"
#include "plugin/mirror/pump.hpp"
#include "plugin/state_file.hpp"

namespace cambist::plugin {

/// Speaks with the bridges: says Hello to all, streams to the owner with the highest bridge epoch,
/// hands policies, commands and rescans to the worker. Runs on the pump's thread.
class Session {
  public:
    struct Counts {
        std::atomic<std::uint64_t> frames_in{0}, frames_refused{0}, events_sent{0}, bytes_sent{0};
        std::atomic<bool> connected{false};
    };

    Session(ServerId server, Transport& transport, Pump& pump, EventWriter& writer,
            Journal& journal, MirrorSender& sender, Worker& worker, StateFile& state);

    /// One round of reading and sending; true when there was anything to do.
    bool round(Instant now);
    /// The first epoch of this process: carries over what the journal of earlier ones still holds.
    void begin_first_epoch(Instant now);
    /// Begins a new epoch and says so to everybody.
    void begin_epoch(ResyncCause cause, Instant now);
    /// Queues what is left and heartbeats no more; for a stop.
    void goodbye(Instant now);

    const Counts& counts() const { return counts_; }

  private:
    struct Bridge {
        Instant heard{}, greeted{}, beat{};
        bool welcomed = false;
    };

    void on_frame(std::size_t endpoint, ByteView frame, Instant now);
    void on_message(std::size_t endpoint, Message& message, Instant now);
    void on_welcome(std::size_t endpoint, const Welcome& welcome, Instant now);
    void on_acknowledged(const EventsAcknowledged& message, Instant now);
    void open_epoch(std::uint64_t epoch, ResyncCause cause);
    void greet(std::size_t endpoint, Instant now);
    void keep_alive(Instant now);
    void lose(std::size_t endpoint);
    void forget(std::size_t endpoint);
    bool send_answers();
    bool send_events(Instant now);
    bool send(std::size_t endpoint, const Message& message);
    void refuse(std::size_t endpoint, FrameError error, std::string_view detail);
    bool from_owner(std::size_t endpoint, std::uint64_t bridge_epoch) const;

    ServerId server_;
    Transport& transport_;
    Pump& pump_;
    EventWriter& writer_;
    Journal& journal_;
    MirrorSender& sender_;
    Worker& worker_;
    StateFile& state_;
    std::vector<Bridge> bridges_;
    std::optional<std::size_t> owner_;
    std::vector<Message> unsent_answers_;
    CarryOver carry_over_;
    std::optional<MirrorSender::Range> sending_;
    Bytes frame_, events_;
    Instant hinted_{}, deals_since_{};
    Counts counts_;
};

}  // namespace cambist::plugin
