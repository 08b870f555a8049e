#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "office/approvals/approved.hpp"
#include "office/audit/refused.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/ids.hpp"

namespace cambist::office {

using boost::asio::awaitable;

/// Which event of which stream could not be applied.
struct QuarantinedEvent {
    ServerId server;
    std::int64_t epoch = 0, seq = 0;

    std::string subject() const {
        return "quarantine:" + std::to_string(server.value) + "/" + std::to_string(epoch) + "/" +
               std::to_string(seq);
    }
};

enum class QuarantineRefusal : std::uint8_t { unknown_event, reason_required, needs_approval };
Refused refused_as(QuarantineRefusal refusal);

/// Counts the event as dealt with; nothing of it is applied. True: it was not so already.
/// Refused: unknown_event, reason_required, needs_approval.
awaitable<Outcome<bool>> resolve_quarantine(pg::Transaction& tx, QuarantinedEvent event,
                                            std::string reason, Authority authority);

}  // namespace cambist::office
