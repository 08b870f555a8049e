#include "bridge/trading/deal_window.hpp"

#include <algorithm>

namespace cambist::bridge {

namespace {
constexpr std::size_t most_deals = 16'384;
}

void DealWindow::begin(bool from_first) {
    done_ns_.clear();
    complete_ = from_first;
    first_seq_ = 1;
}

void DealWindow::add(const office::MirrorBatch& batch) {
    if (batch.deal_digest) {
        done_ns_.clear();
        first_seq_ = batch.last_seq + 1;
        complete_ = true;
        return;
    }
    if (!complete_)
        return;
    for (const auto& deal : batch.deals)
        done_ns_[deal.record->ticket.value] = deal.record->done.ns;
    if (done_ns_.size() > most_deals) {
        done_ns_.clear();
        complete_ = false;
    }
}

office::mirror::DealsTold DealWindow::with(const office::MirrorBatch& batch) const {
    office::mirror::DealsTold told;
    if (!batch.deal_digest)
        return told;
    told.first_seq = first_seq_;
    told.complete = complete_;
    auto all = done_ns_;
    for (const auto& deal : batch.deals)
        all[deal.record->ticket.value] = deal.record->done.ns;
    told.first.ns = INT64_MAX;
    told.last.ns = INT64_MIN;
    for (const auto& [ticket, done] : all) {
        told.tickets.push_back(ticket);
        told.first.ns = std::min(told.first.ns, done);
        told.last.ns = std::max(told.last.ns, done);
    }
    std::ranges::sort(told.tickets);  // neighbours in the table are read together
    return told;
}

}  // namespace cambist::bridge
