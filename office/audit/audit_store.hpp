#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "office/audit/actor.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office {

/// One change of state: what was done to what. `before` and `after` are JSON objects or empty.
struct Change {
    std::string action;   ///< e.g. status_changed
    std::string subject;  ///< e.g. client:<uuid>, account:<server>/<login>
    std::string before, after;
    std::string reason;
};

struct AuditRecord {
    std::uint64_t xid = 0;  ///< of its transaction; set by `visible`
    std::int64_t id = 0;
    Instant at;
    std::string actor, request_id, address;
    Change change;
};

namespace audit {

/// Adds the record to the transaction of the change; sent with the transaction's next statement.
void append(pg::Transaction& tx, const Actor& actor, const Change& change);

/// The same for many changes of one actor at once.
void append_all(pg::Transaction& tx, const Actor& actor, const std::vector<Change>& changes);

/// What was done to `subject` (empty: to anything) before `before_id` (0: from the newest on),
/// newest first.
boost::asio::awaitable<std::vector<AuditRecord>> list(pg::Transaction& tx, std::string subject,
                                                      std::int64_t before_id, int limit);

/// The records beyond the place (xid, id), in that order, only those that no running transaction
/// can still precede: whoever follows them misses none. `subject` empty: all.
boost::asio::awaitable<std::vector<AuditRecord>> visible(pg::Transaction& tx, std::string subject,
                                                         std::uint64_t after_xid,
                                                         std::int64_t after_id, int limit);

}  // namespace audit
}  // namespace cambist::office
