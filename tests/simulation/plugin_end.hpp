#pragma once

#include <deque>
#include <optional>

#include "sync/streams/command_executor.hpp"
#include "sync/streams/digests.hpp"
#include "sync/streams/mirror_sender.hpp"
#include "sync/streams/policy_receiver.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/model_server.hpp"
#include "tests/simulation/network.hpp"

namespace cambist::simulation {

struct JournalEntry {
    std::uint64_t epoch = 0, seq = 0;
    Event event;
};
struct PolicyEntry {
    std::uint32_t era = 0;
    std::optional<AccountPolicy> policy;  ///< none: the era begins
};
using CommandEntry = std::variant<Command, CommandResult>;

/// The files of one plugin.
struct PluginDisk {
    struct Numbers {
        std::uint64_t epoch = 0, bridge_epoch = 0, low_water = 0;
    };
    DurableValue<Numbers> numbers;
    DurableLog<JournalEntry> journal;
    DurableLog<PolicyEntry> policies;
    DurableLog<CommandEntry> commands;
};

/// The trading server's process with the plugin in it: the real state machines, and around them
/// what plugin/ does with files, lanes and the link.
class PluginEnd final : public Process, public Endpoint, ServerListener, PolicyTable {
  public:
    PluginEnd(World& world, Oracle& oracle, Network& network, ModelServer& server);

    void on_message(std::size_t from, const Message& message) override;
    /// The gate objected to something; one refusal record follows.
    void refuse(Login login);

    const PluginDisk& disk() const { return disk_; }
    void restore(const PluginDisk& backup) { disk_ = backup; }
    const std::map<Login, AccountPolicy>& gate() const { return gate_; }
    std::uint32_t era() const { return policies_.era(); }
    const MirrorSender& mirror() const { return mirror_; }
    bool snapshot_told() const { return snapshot_ == Snapshot::told; }
    bool lanes_empty() const { return lanes_.empty() && !overrun_; }
    void check() const;

  private:
    enum class Snapshot { wanted, users, deals, told };
    using LaneItem = std::variant<Login, DealRecord, RefusalRecord>;

    void boot() override;
    void lose_memory(bool power) override;
    void on_user(Login login) override { into_lane(login); }
    void on_deal(const DealRecord& deal) override { into_lane(deal); }
    void into_lane(LaneItem item);

    // The mirror: pump, journal, snapshot.
    void begin_epoch(std::uint64_t epoch);
    void carry_over();
    void resync(ResyncCause cause);
    void pump();
    void record(Fact fact);
    void take_lane_item(const LaneItem& item);
    void tell_snapshot();
    void tell_digests();
    void trim_journal();

    // The link.
    void link();
    void say_hello();
    void send_events();
    void to_owner(const Message& message);
    bool from_owner(std::size_t from, std::uint64_t bridge_epoch);
    void on_welcome(std::size_t from, const Welcome& welcome);

    // Policies: one batch at a time.
    std::uint32_t version_of(Login login) const override;
    bool holds(const AccountPolicy& policy) const override;
    void next_policies();
    void publish(const PolicyReceiver::Plan& plan);
    void acknowledge(PolicyAcknowledged message);
    std::uint32_t durable_version_of(Login login, std::uint32_t era) const;
    void send_policy_digest();

    // Commands.
    void recover_commands();
    void on_command(const Command& command);
    void operate(const Command& command);
    void finish(const Command& command, const CommandResult& result);
    void on_asked(const CommandAsked& asked);
    void answer(const CommandResult& result);

    Oracle& oracle_;
    Network& network_;
    ModelServer& server_;
    PluginDisk disk_;

    MirrorSender mirror_;
    AccountRows rows_{256};
    DealWindow window_{64};
    std::deque<LaneItem> lanes_;
    bool overrun_ = false, digest_wanted_ = false;
    Snapshot snapshot_ = Snapshot::wanted;
    ResyncCause cause_ = ResyncCause::first_start;
    Instant deals_since_{};
    Login next_user_{};
    std::pair<Instant, Ticket> next_deal_{};
    std::uint64_t rows_told_ = 0;
    std::uint64_t boot_ = 0, refusals_ = 0;
    Instant next_digest_{};

    PolicyReceiver policies_;
    std::map<Login, AccountPolicy> gate_;
    std::deque<PolicyBatch> waiting_policies_;
    bool publishing_ = false;

    CommandExecutor commands_;

    std::optional<std::size_t> owner_;
    Instant last_heard_{}, last_hello_{};
};

}  // namespace cambist::simulation
