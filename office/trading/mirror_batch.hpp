#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sync/messages/records.hpp"

namespace cambist::office {

/// One event of a server's mirror stream with its number; the event lives elsewhere.
struct NumberedEvent {
    std::uint64_t seq = 0;
    const Event* event = nullptr;
};

/// A record with the number and hash of the event that told it.
template <class Record>
struct Told {
    const Record* record = nullptr;
    std::uint64_t seq = 0, hash = 0;
    OperationId cause;
};

/// The events first_seq..last_seq of one epoch, sorted by what they are about, as one transaction
/// writes them. Accounts are coalesced: the newest version of each login, in order of login; deals
/// likewise by ticket. At most one digest, the last event.
struct MirrorBatch {
    std::uint64_t epoch = 0, first_seq = 0, last_seq = 0;
    std::vector<Told<UserRecord>> accounts;
    std::vector<Told<UserRecord>> passing;  ///< accounts whose group or leverage changed once more
    std::vector<Told<DealRecord>> deals;
    std::vector<Told<GroupRecord>> groups;
    std::vector<Told<SymbolRecord>> symbols;
    std::vector<Told<PositionRecord>> positions;
    std::vector<Told<MarginRecord>> margins;
    std::vector<Told<EndOfDayRecord>> days;
    std::vector<Told<RefusalRecord>> refusals;
    std::vector<Told<ResyncRecord>> resyncs;
    std::vector<Told<NoticeRecord>> notices;
    const DealDigestRecord* deal_digest = nullptr;
    const AccountDigestRecord* account_digest = nullptr;

    std::uint64_t size() const { return last_seq - first_seq + 1; }
};

/// A digest speaks of everything before it, so it ends the batch that contains it.
bool ends_batch(const Event& event);
/// `events` are consecutive, not empty, and only the last may be a digest.
MirrorBatch sorted_batch(std::uint64_t epoch, std::span<const NumberedEvent> events);

/// The login that an event is about; 0 when it is about none.
Login login_of(const Event& event);

/// Minor units that a deal adds to the balance and to the credit; a deleted one adds nothing.
std::int64_t balance_change(const DealRecord& deal);
std::int64_t credit_change(const DealRecord& deal);

}  // namespace cambist::office
