#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sync/messages/messages.hpp"

namespace cambist {

/// The bridge's end of the command stream: what was sent is asked about until there is evidence.
/// A command is offered only after the dispatch transaction marked it sent; it is never decided
/// here, only by a CommandResult.
class CommandDispatcher {
  public:
    struct Timing {
        std::chrono::nanoseconds ask_after = std::chrono::seconds(1);
        std::chrono::nanoseconds ask_at_most_every = std::chrono::seconds(5);
    };
    struct ToSend {
        std::vector<Command> commands;        ///< first sends
        std::vector<CommandAsked> questions;  ///< after a silence, and for all on a new session
    };

    CommandDispatcher() = default;
    explicit CommandDispatcher(Timing timing) : timing_(timing) {}

    void begin_session(std::uint64_t bridge_epoch);
    void end_session();
    /// Freshly marked sent by this bridge epoch: may be sent once.
    void offer(const Command& command);
    /// Marked sent earlier, perhaps by another bridge: only asked about, never sent again as new
    /// unless the plugin says unknown_id (then it never arrived, and this epoch fences the rest).
    void offer_sent_before(const Command& command);
    ToSend next(Instant now);
    /// True: evidence to store; the command is under way no longer. unknown_id, said under this
    /// session's bridge epoch: true with not_done when the command's bridge epoch is older (it can
    /// never execute now), else it is sent again under the same id.
    bool on_result(CommandResult& result);
    std::size_t under_way() const { return under_way_.size(); }

  private:
    struct Pending {
        Command command;
        Instant due{};
        std::chrono::nanoseconds wait{};
        bool sent = false;   ///< at least once
        bool again = false;  ///< unknown_id was said in this session
    };
    Timing timing_;
    std::unordered_map<OperationId, Pending> under_way_;
    Instant next_due_{};  ///< nothing is due before
    std::uint64_t bridge_epoch_ = 0;
    bool connected_ = false;
};

}  // namespace cambist
