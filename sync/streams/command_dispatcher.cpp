#include "sync/streams/command_dispatcher.hpp"

#include <algorithm>

namespace cambist {

void CommandDispatcher::begin_session(std::uint64_t bridge_epoch) {
    bridge_epoch_ = bridge_epoch;
    connected_ = true;
    next_due_ = {};
    for (auto& [id, pending] : under_way_) {
        pending.sent = pending.sent || pending.command.bridge_epoch < bridge_epoch;
        pending.again = false;
        pending.due = {};
        pending.wait = timing_.ask_after;
    }
}

void CommandDispatcher::end_session() {
    connected_ = false;
}

void CommandDispatcher::offer(const Command& command) {
    under_way_.try_emplace(command.id, Pending{command, {}, timing_.ask_after});
    next_due_ = {};
}

void CommandDispatcher::offer_sent_before(const Command& command) {
    under_way_.try_emplace(command.id, Pending{command, {}, timing_.ask_after, true});
    next_due_ = {};
}

CommandDispatcher::ToSend CommandDispatcher::next(Instant now) {
    ToSend to_send;
    if (!connected_ || under_way_.empty() || now < next_due_)
        return to_send;
    next_due_ = now + timing_.ask_at_most_every;
    for (auto& [id, pending] : under_way_) {
        if (!pending.sent || pending.again) {
            to_send.commands.push_back(pending.command);
            pending.sent = true;
            pending.again = false;
            pending.wait = timing_.ask_after;
            pending.due = now + pending.wait;
        } else if (pending.due <= now) {
            to_send.questions.push_back({bridge_epoch_, pending.command});
            pending.due = now + pending.wait;
            pending.wait = std::min(pending.wait * 2, timing_.ask_at_most_every);
        }
        next_due_ = std::min(next_due_, pending.due);
    }
    std::ranges::sort(to_send.commands, {}, &Command::number);
    std::ranges::sort(to_send.questions, {},
                      [](const CommandAsked& asked) { return asked.command.number; });
    return to_send;
}

bool CommandDispatcher::on_result(CommandResult& result) {
    const auto found = under_way_.find(result.id);
    if (found == under_way_.end())
        return false;
    if (result.outcome != Outcome::unknown_id) {
        under_way_.erase(found);
        return true;
    }
    if (!connected_ || result.bridge_epoch != bridge_epoch_)
        return false;
    Pending& pending = found->second;
    if (pending.command.bridge_epoch >= bridge_epoch_) {
        pending.again = true;
        next_due_ = {};
        return false;
    }
    result.outcome = Outcome::not_done;
    result.failure = CommandFailure::stale_bridge;
    under_way_.erase(found);
    return true;
}

}  // namespace cambist
