// What the bridge asks of the plugin: policies and commands.

#include <algorithm>

#include "tests/simulation/bridge_end.hpp"

namespace cambist::simulation {

namespace {

constexpr std::size_t most_dispatched = 4;

CommandState state_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::done:
            return CommandState::done;
        case Outcome::refused:
            return CommandState::refused;
        case Outcome::not_done:
            return CommandState::not_done;
        default:
            return CommandState::in_doubt;
    }
}

bool is_held(const Tables& tables, Login login) {
    const auto row = tables.policies.find(login);
    return row != tables.policies.end() && row->second.held;
}

std::uint64_t version_of(const Tables& tables, Login login) {
    const auto row = tables.accounts.find(login);
    return row == tables.accounts.end() ? 0 : row->second.user.version;
}

}  // namespace

void BridgeEnd::poll_policies() {
    auto wanted = std::make_shared<std::vector<AccountPolicy>>();
    auto same_era = std::make_shared<bool>(true);
    transact(
        [wanted, same_era, era = era_](Tables& tables) {
            *same_era = tables.policy_era == era && !tables.new_era_wanted;
            for (const auto& [login, row] : tables.policies) {
                if (row.accepted.version != row.enforced)
                    wanted->push_back(row.accepted);
            }
        },
        [this, wanted, same_era] {
            if (!*same_era)
                return end_session();  // the next Hello begins the era
            for (const AccountPolicy& policy : *wanted)
                policies_.offer(policy);
        },
        [] {});
}

void BridgeEnd::on_policies_applied(const PolicyAcknowledged& message) {
    const auto applied =
        std::make_shared<std::vector<PolicyApplied>>(policies_.on_acknowledged(message));
    if (applied->empty())
        return;
    transact(
        [this, applied, era = message.era](Tables& tables) {
            if (tables.policy_era != era)
                return;
            for (const PolicyApplied& one : *applied) {
                PolicyRow& row = tables.policies[one.login];
                if (one.version > row.accepted.version) {
                    world_.saw("plugin ahead of the office");
                    tables.new_era_wanted = true;
                } else if (one.version > row.enforced) {
                    oracle_.enforced(one.login, era, one.version);
                    row.enforced = one.version;
                }
            }
        },
        [] {}, [] {});
}

void BridgeEnd::on_policy_digest(const PolicyDigest& held) {
    auto wanted = std::make_shared<PolicyDigest>();
    auto policies = std::make_shared<std::vector<AccountPolicy>>();
    transact(
        [wanted, policies](Tables& tables) {
            wanted->era = tables.policy_era;
            for (const auto& [login, row] : tables.policies) {
                if (row.accepted.version == 0)
                    continue;
                wanted->sums[shard_of(login)] += policy_hash(row.accepted);
                policies->push_back(row.accepted);
            }
        },
        [this, held, wanted, policies] {
            policies_compared_ = true;
            world_.trace(name(), ": compares policies");
            const auto shards = PolicySender::differing_shards(*wanted, held);
            for (const AccountPolicy& policy : *policies) {
                if (std::ranges::find(shards, shard_of(policy.login)) == shards.end())
                    continue;
                world_.saw("policy sent again by digest");
                policies_.offer(policy);
            }
        },
        [] {});
}

/// A transaction of its own: the hold is looked at again, since one may have landed.
void BridgeEnd::dispatch() {
    auto sent = std::make_shared<std::vector<Command>>();
    const Instant now = world_.now();
    const nanoseconds patience = world_.random.span(milliseconds(100), seconds(8));
    transact(
        [this, sent, now, patience, epoch = bridge_epoch_](Tables& tables) {
            for (auto& [id, row] : tables.commands) {
                if (row.state != CommandState::queued || sent->size() == most_dispatched)
                    continue;
                const bool held = is_held(tables, row.command.login);
                if (held && row.command.amount < 0) {
                    world_.saw("command refused at dispatch by a hold");
                    row.state = CommandState::refused;
                    continue;
                }
                row.command.number = ++tables.last_number;
                row.command.bridge_epoch = epoch;
                row.command.deadline = now + patience;
                row.command.if_version = version_of(tables, row.command.login);
                row.state = CommandState::sent;
                oracle_.dispatched(!held || row.command.amount >= 0);
                sent->push_back(row.command);
            }
        },
        [this, sent] {
            for (const Command& command : *sent)
                commands_.offer(command);
            crash_point("crash: after the dispatch, before the command is sent");
        },
        [] {});
}

/// What the database says was sent and nothing here waits for: a dispatch or an answer whose commit
/// was in doubt.
void BridgeEnd::reload_commands() {
    auto sent = std::make_shared<std::vector<Command>>();
    transact(
        [sent](Tables& tables) {
            for (const auto& [id, row] : tables.commands) {
                if (row.state == CommandState::sent)
                    sent->push_back(row.command);
            }
        },
        [this, sent] {
            for (const Command& command : *sent)
                commands_.offer_sent_before(command);
        },
        [] {});
}

void BridgeEnd::retire_commands() {
    auto low_water = std::make_shared<std::uint64_t>(0);
    transact([low_water](Tables& tables) { *low_water = tables.low_water(); },
             [this, low_water] { send(CommandsRetired{bridge_epoch_, *low_water}); }, [] {});
}

void BridgeEnd::on_result(CommandResult result) {
    if (!commands_.on_result(result))
        return;
    crash_point("crash: after a result came, before it is stored");
    transact(
        [this, result](Tables& tables) {
            const auto row = tables.commands.find(result.id);
            if (row == tables.commands.end() || row->second.state != CommandState::sent)
                return;
            row->second.state = state_of(result.outcome);
            oracle_.stored(result);
        },
        [] {}, [] {});
}

}  // namespace cambist::simulation
