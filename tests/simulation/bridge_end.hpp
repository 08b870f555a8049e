#pragma once

#include <deque>
#include <memory>

#include "sync/streams/command_dispatcher.hpp"
#include "sync/streams/mirror_receiver.hpp"
#include "sync/streams/policy_sender.hpp"
#include "tests/simulation/model_database.hpp"
#include "tests/simulation/network.hpp"

namespace cambist::simulation {

/// One of the two bridges that compete for the server: the real state machines, and around them
/// what bridge/trading does with the lease and with transactions.
class BridgeEnd final : public Process, public Endpoint {
  public:
    BridgeEnd(World& world, Oracle& oracle, Network& network, ModelDatabase& database,
              std::size_t place);

    void on_message(std::size_t from, const Message& message) override;
    /// Nothing that it sent waits for an answer.
    bool at_rest() const { return !session_ || (policies_compared_ && policies_.under_way() == 0); }

  private:
    struct Waiting {
        EventBatch batch;
        MirrorReceiver::Apply apply;
    };

    void boot() override;
    void lose_memory(bool power) override;
    void tick();
    bool due(Instant& next, nanoseconds period);
    void send(const Message& message) { network_.send(place_, server_place, message); }
    /// The lease row names this incarnation under this epoch; what every writing transaction asks.
    static bool holds(const Tables& tables, std::size_t place, std::uint64_t incarnation,
                      std::uint64_t bridge_epoch);
    /// A transaction that does nothing when the lease is somebody else's; then the bridge steps
    /// down. `otherwise` runs when it did nothing, or when nobody knows.
    void transact(std::function<void(Tables&)> work, std::function<void()> after_commit,
                  std::function<void()> otherwise);

    void renew_lease();
    void step_down();
    void end_session();

    void on_hello(const Hello& hello);
    void on_batch(const EventBatch& batch);
    void apply_next();
    void acknowledge();

    void poll_policies();
    void on_policies_applied(const PolicyAcknowledged& message);
    void on_policy_digest(const PolicyDigest& held);

    void dispatch();
    void reload_commands();
    void retire_commands();
    void on_result(CommandResult result);

    Oracle& oracle_;
    Network& network_;
    ModelDatabase& database_;
    std::size_t place_;

    bool owner_ = false, session_ = false, applying_ = false, greeting_ = false;
    bool policies_compared_ = false;  ///< in this session
    Welcome welcome_;
    std::uint64_t bridge_epoch_ = 0;
    std::uint64_t applied_through_ = 0;
    MirrorReceiver mirror_;
    std::deque<Waiting> waiting_;
    PolicySender policies_;
    CommandDispatcher commands_;
    std::uint32_t era_ = 0;
    Instant next_lease_{}, next_poll_{}, next_dispatch_{}, next_reload_{}, next_retire_{},
        next_beat_{}, next_welcome_{};
};

}  // namespace cambist::simulation
