#include "sync/streams/command_executor.hpp"

#include <algorithm>

#include "sync/vocabulary/assertion.hpp"
#include "sync/vocabulary/planted.hpp"

namespace cambist {

namespace {

CommandResult nothing_done(OperationId id, Outcome outcome, CommandFailure failure, Instant now) {
    CommandResult result;
    result.id = id;
    result.outcome = outcome;
    result.failure = failure;
    result.finished = now;
    return result;
}

}  // namespace

void CommandExecutor::obey(std::uint64_t bridge_epoch) {
    bridge_epoch_ = std::max(bridge_epoch_, bridge_epoch);
}

CommandExecutor::Step CommandExecutor::on_command(const Command& command, Instant now) {
    latest_ = std::max(latest_, now);
    if (const auto known = known_.find(command.id); known != known_.end()) {
        if (!same_order(known->second.command, command))
            return Answer{nothing_done(command.id, Outcome::refused, CommandFailure::different_body,
                                       latest_)};
        if (!known->second.result)
            return Wait{};
        return Answer{*known->second.result};
    }
    if (command.number <= low_water_)
        return Answer{
            nothing_done(command.id, Outcome::in_doubt, CommandFailure::retired_id, latest_)};
    if (command.bridge_epoch < bridge_epoch_ && !CAMBIST_PLANTED(stale_bridge_obeyed))
        return Answer{
            nothing_done(command.id, Outcome::not_done, CommandFailure::stale_bridge, latest_)};
    if (command.deadline < latest_) {
        const CommandResult late =
            nothing_done(command.id, Outcome::not_done, CommandFailure::deadline_passed, latest_);
        finished(command, late);
        return Answer{late};
    }
    recovered_intent(command);
    return Execute{command};
}

CommandExecutor::Inquiry CommandExecutor::on_asked(const CommandAsked& asked) const {
    const Command& command = asked.command;
    if (const auto known = known_.find(command.id); known != known_.end()) {
        if (!known->second.result)
            return Wait{};
        return Answer{*known->second.result};
    }
    if (command.number <= low_water_)
        return Answer{
            nothing_done(command.id, Outcome::in_doubt, CommandFailure::retired_id, latest_)};
    if (CAMBIST_PLANTED(command_trusts_its_log))
        return Answer{unknown(command.id)};
    return Look{command};
}

CommandResult CommandExecutor::unknown(OperationId id) const {
    CommandResult result = nothing_done(id, Outcome::unknown_id, CommandFailure::none, latest_);
    result.bridge_epoch = bridge_epoch_;
    return result;
}

void CommandExecutor::finished(const Command& command, const CommandResult& result) {
    CAMBIST_ASSERT(result.id == command.id && result.outcome != Outcome::unknown_id);
    recovered_intent(command);
    known_.find(command.id)->second.result = result;
}

void CommandExecutor::retire(std::uint64_t low_water) {
    low_water_ = std::max(low_water_, low_water);
    auto at = by_number_.begin();
    while (at != by_number_.end() && at->first <= low_water_) {
        const auto known = known_.find(at->second);
        if (known->second.result) {
            known_.erase(known);
            at = by_number_.erase(at);
        } else {
            ++at;
        }
    }
}

void CommandExecutor::recovered_intent(const Command& command) {
    if (known_.try_emplace(command.id, Known{command, std::nullopt}).second)
        by_number_.emplace(command.number, command.id);
}

void CommandExecutor::recovered_outcome(const CommandResult& result) {
    if (const auto known = known_.find(result.id); known != known_.end())
        known->second.result = result;
}

std::vector<Command> CommandExecutor::unresolved() const {
    std::vector<Command> commands;
    for (const auto& [number, id] : by_number_) {
        const Known& known = known_.at(id);
        if (!known.result)
            commands.push_back(known.command);
    }
    return commands;
}

}  // namespace cambist
