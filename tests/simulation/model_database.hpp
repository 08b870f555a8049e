#pragma once

#include <functional>
#include <map>
#include <set>

#include "tests/simulation/oracle.hpp"
#include "tests/simulation/process.hpp"

namespace cambist::simulation {

enum class CommandState { queued, sent, done, refused, not_done, in_doubt };

struct AccountRow {
    UserRecord user;
    std::uint64_t hash = 0;
};
struct DealRow {
    DealRecord deal;
    std::uint64_t hash = 0;
};
struct PolicyRow {
    AccountPolicy accepted;
    std::uint32_t enforced = 0;
    bool held = false;  ///< money out of this account is forbidden
};
struct CommandRow {
    Command command;
    CommandState state = CommandState::queued;
};
struct Lease {
    std::size_t holder = 0;
    std::uint64_t holder_incarnation = 0, bridge_epoch = 0;
    Instant until{};
};

/// What the office's PostgreSQL holds of one server.
struct Tables {
    Lease lease;

    std::uint64_t epoch = 0, seq = 0;  ///< the stream's cursor
    std::map<Login, AccountRow> accounts;
    std::map<Ticket, DealRow> deals;
    std::set<RefusalName> refusals;
    /// Deals told since the last digest. With a version that was older than the stored one among
    /// them, the next deal digest proves nothing.
    std::set<Ticket> window;
    bool window_has_old = false;
    /// Deals modified before this are all here; stands still from a new epoch to its resync's end.
    Instant complete_until{}, last_modified{};
    bool resync_open = true;

    std::uint32_t policy_era = 1;
    std::map<Login, PolicyRow> policies;
    bool new_era_wanted = false;  ///< restored: people decide that versions start again

    std::map<OperationId, CommandRow> commands;
    std::uint64_t last_number = 0;

    Instant deals_since() const;
    std::uint64_t low_water() const;
    bool quiet() const;
    /// Puts one event where it belongs. Facts are never refused; older versions change nothing.
    void apply(const Event& event, const Oracle& oracle);
    void begin_era(std::uint32_t era);

  private:
    void apply_deal(const DealRecord& deal, std::uint64_t hash);
    void compare_deals(const DealDigestRecord& told, const Oracle& oracle);
    void compare_accounts(const AccountDigestRecord& told, const Oracle& oracle) const;
};

/// Runs transactions one after the other, each whole or not at all. It crashes and fails; an answer
/// may be lost after the commit. What was committed stays.
class ModelDatabase {
  public:
    explicit ModelDatabase(World& world) : world_(world) {}

    /// `work` runs at the commit; `reply(true)` means that it ran, `reply(false)` that nobody
    /// knows.
    void transact(Process& client, std::function<void(Tables&)> work,
                  std::function<void(bool)> reply);
    void crash();
    /// The past, as it was backed up.
    void restore(const Tables& backup);

    bool up() const { return up_; }
    Tables& tables() { return tables_; }
    const Tables& tables() const { return tables_; }

  private:
    bool loses_work(const Process& client, std::uint64_t of_client, std::uint64_t of_database);

    World& world_;
    Tables tables_;
    bool up_ = true;
    std::uint64_t incarnation_ = 0;
};

}  // namespace cambist::simulation
