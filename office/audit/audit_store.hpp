#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "office/audit/actor.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

/// One change of state: what was done to what. `before` and `after` are JSON objects or empty.
struct Change {
    std::string action;   ///< e.g. status_changed
    std::string subject;  ///< e.g. client:<uuid>, account:<server>/<login>
    std::string before, after;
    std::string reason;
};

struct AuditRecord {
    std::uint64_t xid = 0;  ///< of its transaction
    std::int64_t id = 0;
    Instant at;
    std::string actor, request_id, address;
    Change change;
    OperationId client{};    ///< that it is about; empty: none
    OperationId approval{};  ///< with which it was done; empty: none
    std::string on_behalf_of;
};

/// Which records; what is empty says nothing.
struct AuditFilter {
    std::string actor{}, action{}, subject{};
    OperationId client{};
    std::optional<Instant> from{}, to{};  ///< `to` itself no longer
};

/// A part of the records in the order of commits: those beyond a place, or before it when the
/// newest come first. Without a place it begins at the end from which it goes.
struct AuditPage {
    std::optional<std::pair<std::uint64_t, std::int64_t>> place{};  ///< xid, id
    bool newest_first = false;
    int limit = 100;
};

namespace audit {

/// Adds the record to the transaction of the change; sent with the transaction's next statement.
void append(pg::Transaction& tx, const Actor& actor, const Change& change);

/// The same for many changes of one actor at once.
void append_all(pg::Transaction& tx, const Actor& actor, const std::vector<Change>& changes);

/// The records that no running transaction can still precede: whoever follows them in the order of
/// commits misses none.
boost::asio::awaitable<std::vector<AuditRecord>> visible(pg::Transaction& tx, AuditFilter filter,
                                                         AuditPage page);

}  // namespace audit
}  // namespace cambist::office
