#include "sync/streams/policy_receiver.hpp"

#include <unordered_map>

#include "sync/vocabulary/planted.hpp"

namespace cambist {

PolicyReceiver::Plan PolicyReceiver::on_batch(const PolicyBatch& batch, std::uint64_t bridge_epoch,
                                              const PolicyTable& table) {
    Plan plan;
    if (batch.bridge_epoch < bridge_epoch || batch.era < era_) {
        plan.stale = true;
        return plan;
    }
    plan.new_era = batch.era > era_;
    era_ = batch.era;
    plan.acknowledgement.era = era_;

    std::unordered_map<Login, std::size_t> places;  // of a login in the acknowledgement
    places.reserve(batch.accounts.size());
    plan.to_log.reserve(batch.accounts.size());
    plan.acknowledgement.accounts.reserve(batch.accounts.size());
    for (const AccountPolicy& policy : batch.accounts) {
        const auto [place, first] =
            places.emplace(policy.login, plan.acknowledgement.accounts.size());
        if (first)
            plan.acknowledgement.accounts.push_back(
                {policy.login, plan.new_era ? 0 : table.version_of(policy.login)});
        PolicyApplied& held = plan.acknowledgement.accounts[place->second];
        const bool other = first && policy.version == held.version && !table.holds(policy);
        if (policy.version <= held.version && !other && !CAMBIST_PLANTED(policy_accepts_lower))
            continue;
        held.version = policy.version;
        plan.to_log.push_back(policy);
    }
    return plan;
}

}  // namespace cambist
