#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/trading/mode_preview.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"

/// What people read about trading servers: groups, drift, quarantine. No locks, no decisions.
namespace cambist::office::trading {

using boost::asio::awaitable;

struct GroupView {
    GroupId id;
    std::string name, currency;
    int currency_digits = 2;
    std::int64_t default_leverage_x100 = 0;
    bool demo = false, deleted = false;
};

struct DriftView {
    std::int64_t id = 0;
    ServerId server;
    Login login;
    std::string field, office_value, server_value, found_by;
    Instant since;
    std::optional<Instant> resolved_at;
    bool repaired = false;
};

/// One event that could not be applied; (epoch, seq) is its place in the server's stream.
struct QuarantineView {
    ServerId server;
    std::int64_t epoch = 0, seq = 0;
    std::optional<Login> login;
    std::string reason;
    Instant at;
    std::optional<Instant> resolved_at;
};

struct Backlog {
    std::int64_t commands_pending = 0;  ///< queued, sent, unknown or in doubt
    std::int64_t policies_pending = 0;  ///< accepted, not enforced
    std::int64_t drift_open = 0, quarantine_open = 0;
};

/// In the order of ids, beyond `after`.
awaitable<std::vector<GroupView>> groups(pg::Transaction& tx, ServerId server, GroupId after,
                                         int limit);
/// Every group that accounts are in, by name.
awaitable<std::vector<GroupCount>> group_counts(pg::Transaction& tx, ServerId server);
/// In the order of ids, beyond `after`; only those not resolved when `open`.
awaitable<std::vector<DriftView>> drift(pg::Transaction& tx, std::optional<ServerId> server,
                                        bool open, std::int64_t after, int limit);
/// In the order of (epoch, seq), beyond that place.
awaitable<std::vector<QuarantineView>> quarantine(pg::Transaction& tx, ServerId server, bool open,
                                                  std::int64_t after_epoch, std::int64_t after_seq,
                                                  int limit);
awaitable<Backlog> backlog(pg::Transaction& tx);

}  // namespace cambist::office::trading
