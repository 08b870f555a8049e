#pragma once

#include <map>
#include <set>
#include <vector>

#include "sync/messages/messages.hpp"
#include "tests/simulation/world.hpp"

namespace cambist::simulation {

/// Names one refusal: boot and number.
using RefusalName = std::pair<std::uint64_t, std::uint64_t>;

/// Knows what truly happened, and judges each step by it. Names its invariants by the ids of the
/// design: I3 once, I4 kept, I6 unknown is a state, I7 mirror exact, I8 no forbidden money out.
class Oracle {
  public:
    explicit Oracle(World& world) : world_(world) {}

    // The mirror stream.
    void numbered(std::uint64_t epoch, std::uint64_t seq, std::uint64_t hash);
    void applied(std::uint64_t epoch, std::uint64_t seq, std::uint64_t hash,
                 std::uint64_t applied_before);
    void acknowledged(std::uint64_t seq, std::uint64_t committed) const;
    void digest(bool equal, std::string_view of) const;

    // The policy stream.
    void published(Login login, std::uint32_t era, std::uint32_t version);
    void policy_acknowledged(Login login, std::uint32_t version, std::uint32_t durable) const;
    void enforced(Login login, std::uint32_t era, std::uint32_t version);

    // The command stream.
    void executed(const Command& command);
    void answered(const CommandResult& result, bool durable);
    void dispatched(bool allowed) const;
    /// The office takes this for the truth.
    void stored(const CommandResult& result) const;
    unsigned effects_of(OperationId id) const;

    /// Durable on the trading server: what an older bridge asks has no effect from now on.
    void obeyed(std::uint64_t bridge_epoch);
    void effect_of_bridge(std::uint64_t bridge_epoch) const;

    // Restored backups: what may be forgotten from here on.
    void plugin_restored(std::uint64_t bridge_epoch);

    std::set<RefusalName> refusals_kept;  ///< in a journal: must reach the office
    std::uint64_t events = 0, policies = 0, commands = 0;

  private:
    World& world_;
    std::map<std::uint64_t, std::vector<std::uint64_t>> hashes_;
    std::map<std::pair<std::uint32_t, Login>, std::uint32_t> published_, ever_published_;
    std::map<OperationId, unsigned> effects_;
    std::map<OperationId, Outcome> answers_;
    std::uint64_t obeyed_ = 0;
};

}  // namespace cambist::simulation
