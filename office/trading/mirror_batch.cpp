#include "office/trading/mirror_batch.hpp"

#include <algorithm>

#include "office/trading/deal_kind.hpp"
#include "sync/vocabulary/assertion.hpp"

namespace cambist::office {

namespace {

/// In the order of keys, the newest record of each first.
template <class Record, class Key>
void sort_newest_first(std::vector<Told<Record>>& told, Key key) {
    const auto before = [&](const Told<Record>& a, const Told<Record>& b) {
        if (key(*a.record) != key(*b.record))
            return key(*a.record) < key(*b.record);
        if (a.record->version != b.record->version)
            return a.record->version > b.record->version;
        return a.seq > b.seq;
    };
    std::ranges::sort(told, before);
}

/// Sorted accounts that were soon changed again, in their group or leverage.
std::vector<Told<UserRecord>> passing_of(const std::vector<Told<UserRecord>>& sorted) {
    std::vector<Told<UserRecord>> passing;
    for (std::size_t at = 1; at < sorted.size(); ++at) {
        const UserRecord &newer = *sorted[at - 1].record, &older = *sorted[at].record;
        if (newer.login == older.login &&
            (newer.leverage_x100 != older.leverage_x100 || newer.group != older.group))
            passing.push_back(sorted[at]);
    }
    return passing;
}

/// Keeps the newest record of each key, in the order of keys.
template <class Record, class Key>
void coalesce(std::vector<Told<Record>>& told, Key key) {
    sort_newest_first(told, key);
    const auto repeated =
        std::ranges::unique(told, {}, [&](const Told<Record>& one) { return key(*one.record); });
    told.erase(repeated.begin(), repeated.end());
}

class Sorter {
  public:
    explicit Sorter(MirrorBatch& batch) : batch_(batch) {}

    void take(const NumberedEvent& numbered) {
        numbered_ = &numbered;
        std::visit([this](const auto& record) { keep(record); }, numbered.event->fact);
    }

  private:
    template <class Record>
    void add(std::vector<Told<Record>>& told, const Record& record) {
        told.push_back({&record, numbered_->seq, numbered_->event->hash, numbered_->event->cause});
    }
    void keep(const UserRecord& record) { add(batch_.accounts, record); }
    void keep(const GroupRecord& record) { add(batch_.groups, record); }
    void keep(const SymbolRecord& record) { add(batch_.symbols, record); }
    void keep(const DealRecord& record) { add(batch_.deals, record); }
    void keep(const PositionRecord& record) { add(batch_.positions, record); }
    void keep(const MarginRecord& record) { add(batch_.margins, record); }
    void keep(const EndOfDayRecord& record) { add(batch_.days, record); }
    void keep(const RefusalRecord& record) { add(batch_.refusals, record); }
    void keep(const ResyncRecord& record) { add(batch_.resyncs, record); }
    void keep(const NoticeRecord& record) { add(batch_.notices, record); }
    void keep(const DealDigestRecord& record) { batch_.deal_digest = &record; }
    void keep(const AccountDigestRecord& record) { batch_.account_digest = &record; }

    MirrorBatch& batch_;
    const NumberedEvent* numbered_ = nullptr;
};

struct LoginOf {
    template <class Record>
    Login operator()(const Record& record) const {
        if constexpr (requires { record.login; })
            return record.login;
        else
            return {};
    }
};

}  // namespace

bool ends_batch(const Event& event) {
    return std::holds_alternative<DealDigestRecord>(event.fact) ||
           std::holds_alternative<AccountDigestRecord>(event.fact);
}

MirrorBatch sorted_batch(std::uint64_t epoch, std::span<const NumberedEvent> events) {
    CAMBIST_ASSERT(!events.empty());
    MirrorBatch batch;
    batch.epoch = epoch;
    batch.first_seq = events.front().seq;
    batch.last_seq = events.back().seq;
    CAMBIST_ASSERT(batch.size() == events.size());
    Sorter sorter(batch);
    for (const NumberedEvent& numbered : events)
        sorter.take(numbered);
    const auto login = [](const UserRecord& record) { return record.login; };
    sort_newest_first(batch.accounts, login);
    batch.passing = passing_of(batch.accounts);
    coalesce(batch.accounts, login);
    coalesce(batch.deals, [](const DealRecord& record) { return record.ticket; });
    coalesce(batch.groups, [](const GroupRecord& record) { return record.group_id; });
    coalesce(batch.symbols, [](const SymbolRecord& record) { return record.symbol_id; });
    return batch;
}

Login login_of(const Event& event) {
    return std::visit(LoginOf{}, event.fact);
}

std::int64_t balance_change(const DealRecord& deal) {
    if (deal.deleted || moves_credit(deal.kind))
        return 0;
    return deal.profit + deal.swap + deal.commission + deal.fee;
}

std::int64_t credit_change(const DealRecord& deal) {
    return deal.deleted || !moves_credit(deal.kind) ? 0 : deal.profit;
}

}  // namespace cambist::office
