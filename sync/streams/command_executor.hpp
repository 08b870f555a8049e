#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "sync/messages/messages.hpp"

namespace cambist {

/// The plugin's end of the command stream: executes each id once. The caller performs the effects
/// in the order given: log intent (durable), operate, log outcome (durable), answer.
class CommandExecutor {
  public:
    struct Execute {
        Command command;
    };  ///< log the intent, do it, then call finished()
    struct Answer {
        CommandResult result;
    };               ///< known or refused: nothing is done
    struct Wait {};  ///< it is being executed now
    using Step = std::variant<Execute, Answer, Wait>;

    /// The highest bridge epoch ever obeyed; commands of a lower one are refused.
    void obey(std::uint64_t bridge_epoch);
    Step on_command(const Command& command, Instant now);
    CommandResult on_asked(OperationId id) const;
    /// The outcome to log and to answer, now remembered.
    void finished(const CommandResult& result);
    /// Forgets results up to the number; later commands at or below it are refused as retired.
    void retire(std::uint64_t low_water);

    // Recovery, from the command log, oldest first:
    void recovered_intent(const Command& command);
    void recovered_outcome(const CommandResult& result);
    /// Intents without an outcome: the caller looks for their effect on the trading server and
    /// calls finished() with done, not_done or in_doubt. Nothing is executed to find out.
    std::vector<Command> unresolved() const;

    std::uint64_t bridge_epoch() const { return bridge_epoch_; }
    std::uint64_t low_water() const { return low_water_; }
    std::size_t remembered() const { return known_.size(); }

  private:
    struct Known {
        Command command;
        std::optional<CommandResult> result;
    };
    std::unordered_map<OperationId, Known> known_;
    std::map<std::uint64_t, OperationId> by_number_;
    std::uint64_t bridge_epoch_ = 0, low_water_ = 0;
};

}  // namespace cambist
