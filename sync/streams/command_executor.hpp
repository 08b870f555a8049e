#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "sync/messages/messages.hpp"

namespace cambist {

/// The plugin's end of the command stream: executes each id once. The caller performs the effects
/// in the order given: log intent (durable), operate, log outcome (durable), finished(), answer;
/// and makes a bridge epoch durable before it obeys it.
class CommandExecutor {
  public:
    struct Execute {
        Command command;
    };  ///< log the intent, do it, then call finished()
    struct Answer {
        CommandResult result;
    };  ///< known or refused: nothing is done
    struct Wait {};  ///< it is being executed now; the answer follows
    /// Never seen here, perhaps because the log was restored from a backup: look for its effect on
    /// the trading server. Found: call finished() with done and log that outcome; absent: answer
    /// unknown(id). Nothing is executed.
    struct Look {
        Command command;
    };
    using Step = std::variant<Execute, Answer, Wait>;
    using Inquiry = std::variant<Answer, Look, Wait>;

    /// The highest bridge epoch ever obeyed; commands of a lower one are refused.
    void obey(std::uint64_t bridge_epoch);
    Step on_command(const Command& command, Instant now);
    Inquiry on_asked(const CommandAsked& asked) const;
    /// The answer when a Look found nothing.
    CommandResult unknown(OperationId id) const;
    /// The outcome of `command`, logged by now: remembered, and the same answer for ever.
    void finished(const Command& command, const CommandResult& result);
    /// Forgets results up to the number; later commands at or below it are refused as retired.
    void retire(std::uint64_t low_water);

    // Recovery, from the command log, oldest first:
    void recovered_intent(const Command& command);
    void recovered_outcome(const CommandResult& result);
    /// Intents without an outcome, by number: the caller looks for their effect on the trading
    /// server and calls finished() with done, not_done or in_doubt. Nothing is executed to find
    /// out.
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
    std::set<std::pair<std::uint64_t, OperationId>> by_number_;
    std::uint64_t bridge_epoch_ = 0, low_water_ = 0;
    Instant latest_{};  ///< time never runs back for a deadline
};

}  // namespace cambist
