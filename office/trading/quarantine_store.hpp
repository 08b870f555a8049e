#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "office/pg/transaction.hpp"
#include "office/trading/quarantine_service.hpp"

/// The only SQL that changes quarantined events from the office's side.
namespace cambist::office::quarantine {

/// Locks the event: is it resolved? Nothing when there is none.
awaitable<std::optional<bool>> is_resolved_for_update(pg::Transaction& tx, QuarantinedEvent event);
void resolve(pg::Transaction& tx, QuarantinedEvent event);

}  // namespace cambist::office::quarantine
