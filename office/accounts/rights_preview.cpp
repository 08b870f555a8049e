#include "office/accounts/rights_preview.hpp"

namespace cambist::office {

namespace {

constexpr std::size_t sample_size = 20;

void count(RightCounts& counts, Rights more, Rights less) {
    for (auto& [right, accounts] : counts)
        accounts += more.has(right) && !less.has(right) ? 1 : 0;
}

}  // namespace

void PreviewCount::add(const PreviewedAccount& account) {
    if (account.before == account.after)
        return;
    ++counted_.accounts_affected;
    if (account.client)
        clients_.insert(*account.client);
    count(counted_.given, account.after.rights, account.before.rights);
    count(counted_.taken, account.before.rights, account.after.rights);
    if (counted_.sample.size() < sample_size)
        counted_.sample.push_back(account);
}

RightsPreview PreviewCount::result(std::int64_t one_in) const {
    RightsPreview preview = counted_;
    preview.clients_affected = static_cast<std::int64_t>(clients_.size()) * one_in;
    preview.accounts_affected *= one_in;
    for (RightCounts* counts : {&preview.given, &preview.taken})
        for (RightCount& one : *counts)
            one.accounts *= one_in;
    preview.is_estimate = one_in > 1;
    return preview;
}

}  // namespace cambist::office
