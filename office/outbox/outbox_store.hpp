#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/pg/transaction.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

/// Something that happened, for other parts to act on.
struct OutboxEvent {
    std::uint64_t xid = 0;
    std::int64_t id = 0;
    std::string topic, subject, payload;  ///< payload is a JSON object
    Instant at;
};

namespace outbox {

/// Adds an event to the transaction of the change; sent with its next statement.
void append(pg::Transaction& tx, std::string_view topic, std::string_view subject,
            std::string_view payload);

/// What to tell of one thing in a batch.
struct Told {
    std::string topic, subject, payload;
    std::optional<OperationId> client{};  ///< whose it is; looked up when not said
};
/// The same for many events at once.
void append_all(pg::Transaction& tx, const std::vector<Told>& events);

/// How far somebody has read, in the order (xid, id).
struct Place {
    std::uint64_t xid = 0;
    std::int64_t id = 0;
};
/// What lies behind that place and concerns whoever acts (office/staff/access_store.hpp); only
/// events that no running transaction can still precede.
boost::asio::awaitable<std::vector<OutboxEvent>> follow(pg::Transaction& tx, Place after,
                                                        int limit);
/// Behind everything that `follow` shows by now; it moves whenever it may show more.
boost::asio::awaitable<Place> end(pg::Transaction& tx);

/// The consumer's next events in the order (xid, id), only those that no running transaction can
/// still precede; moves the consumer's place past them when `tx` commits. One reader a consumer at
/// a time: a second one waits.
boost::asio::awaitable<std::vector<OutboxEvent>> take(pg::Transaction& tx, std::string consumer,
                                                      int limit);

}  // namespace outbox
}  // namespace cambist::office
