#include "office/trading/quarantine_store.hpp"

namespace cambist::office::quarantine {

namespace {

constexpr pg::Query lock_event{"quarantine_lock",
                               "select resolved_at is not null from quarantine "
                               "where server_id = $1 and epoch = $2 and seq = $3 for update"};
constexpr pg::Query close_event{"quarantine_resolve",
                                "update quarantine set resolved_at = now() "
                                "where server_id = $1 and epoch = $2 and seq = $3"};

}  // namespace

awaitable<std::optional<bool>> is_resolved_for_update(pg::Transaction& tx, QuarantinedEvent event) {
    const auto rows = co_await tx.execute(lock_event, event.server, event.epoch, event.seq);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return row->get<bool>(0);
}

void resolve(pg::Transaction& tx, QuarantinedEvent event) {
    tx.send(close_event, event.server, event.epoch, event.seq);
}

}  // namespace cambist::office::quarantine
