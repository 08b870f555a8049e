#include "sync/streams/policy_sender.hpp"

#include <algorithm>

namespace cambist {

void PolicySender::queue(Offered& offered, std::deque<Turn>& turns, Instant due) {
    offered.turn = ++turns_;
    turns.push_back({offered.policy.login, offered.turn, due});
}

void PolicySender::begin_session(std::uint32_t era, std::uint64_t bridge_epoch) {
    if (era != era_)
        under_way_.clear();
    era_ = era;
    bridge_epoch_ = bridge_epoch;
    connected_ = true;
    fresh_.clear();
    sent_.clear();
    for (auto& [login, offered] : under_way_)
        queue(offered, fresh_, {});
}

void PolicySender::end_session() {
    connected_ = false;
}

void PolicySender::offer(const AccountPolicy& policy) {
    const auto [place, first] = under_way_.try_emplace(policy.login);
    Offered& offered = place->second;
    if (!first && offered.policy.version >= policy.version)
        return;
    offered.policy = policy;
    queue(offered, fresh_, {});
}

PolicyBatch PolicySender::next_batch(std::size_t most, Instant now) {
    PolicyBatch batch{bridge_epoch_, era_, {}};
    if (!connected_)
        return batch;
    most = std::min(most, max_policies_a_batch);
    const auto take_due = [&](std::deque<Turn>& turns) {
        while (batch.accounts.size() < most && !turns.empty() && turns.front().due <= now) {
            const Turn turn = turns.front();
            turns.pop_front();
            const auto offered = under_way_.find(turn.login);
            if (offered == under_way_.end() || offered->second.turn != turn.number)
                continue;
            batch.accounts.push_back(offered->second.policy);
            queue(offered->second, sent_, now + timing_.resend_after);
        }
    };
    take_due(sent_);
    take_due(fresh_);
    return batch;
}

std::vector<PolicyApplied> PolicySender::on_acknowledged(const PolicyAcknowledged& message) {
    std::vector<PolicyApplied> enforced;
    if (message.era != era_)
        return enforced;
    enforced.reserve(message.accounts.size());
    for (const PolicyApplied& applied : message.accounts) {
        const auto offered = under_way_.find(applied.login);
        if (offered == under_way_.end())
            continue;
        enforced.push_back(applied);
        if (applied.version >= offered->second.policy.version)
            under_way_.erase(offered);
    }
    return enforced;
}

std::vector<std::size_t> PolicySender::differing_shards(const PolicyDigest& wanted,
                                                        const PolicyDigest& held) {
    std::vector<std::size_t> shards;
    for (std::size_t shard = 0; shard < shard_count; ++shard) {
        if (wanted.era != held.era || wanted.sums[shard] != held.sums[shard])
            shards.push_back(shard);
    }
    return shards;
}

}  // namespace cambist
