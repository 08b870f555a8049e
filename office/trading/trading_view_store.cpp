#include "office/trading/trading_view_store.hpp"

namespace cambist::office::trading {
namespace {

using pg::Query;

constexpr Query view_groups{"group_views",
                            "select group_id, name, currency, currency_digits, "
                            "default_leverage_x100, is_demo, deleted from trading_group "
                            "where server_id = $1 and group_id > $2 order by group_id limit $3"};
constexpr Query view_drift{
    "drift_views",
    "select id, server_id, login, field, office_value, server_value, found_by, since, resolved_at, "
    "repaired from drift where ($1::int is null or server_id = $1) "
    "and (not $2 or resolved_at is null) and id > $3 order by id limit $4"};
constexpr Query view_quarantine{
    "quarantine_views",
    "select server_id, epoch, seq, login, reason, at, resolved_at from quarantine "
    "where server_id = $1 and (not $2 or resolved_at is null) and (epoch, seq) > ($3, $4) "
    "order by epoch, seq limit $5"};
constexpr Query count_by_group{
    "account_count_by_group",
    "select group_name, count(*), count(distinct client_id) from account "
    "where server_id = $1 and not deleted and server_version > 0 "
    "group by group_name order by group_name"};
constexpr Query count_backlog{
    "backlog",
    "select commands_pending, policies_pending, drift_open, quarantine_open from office_backlog()"};

}  // namespace

awaitable<std::vector<GroupView>> groups(pg::Transaction& tx, ServerId server, GroupId after,
                                         int limit) {
    const auto rows =
        co_await tx.execute(view_groups, server, std::int64_t{after.value}, std::int64_t{limit});
    std::vector<GroupView> list;
    for (const pg::Row row : rows)
        list.push_back({.id = row.get<GroupId>(0),
                        .name = row.get<std::string>(1),
                        .currency = row.get<std::string>(2),
                        .currency_digits = row.get<std::int16_t>(3),
                        .default_leverage_x100 = row.get<std::int64_t>(4),
                        .demo = row.get<bool>(5),
                        .deleted = row.get<bool>(6)});
    co_return list;
}

awaitable<std::vector<DriftView>> drift(pg::Transaction& tx, std::optional<ServerId> server,
                                        bool open, std::int64_t after, int limit) {
    const auto rows = co_await tx.execute(view_drift, server, open, after, std::int64_t{limit});
    std::vector<DriftView> list;
    for (const pg::Row row : rows)
        list.push_back({.id = row.get<std::int64_t>(0),
                        .server = row.get<ServerId>(1),
                        .login = row.get<Login>(2),
                        .field = row.get<std::string>(3),
                        .office_value = row.get<std::string>(4),
                        .server_value = row.get<std::string>(5),
                        .found_by = row.get<std::string>(6),
                        .since = row.get<Instant>(7),
                        .resolved_at = row.get<std::optional<Instant>>(8),
                        .repaired = row.get<bool>(9)});
    co_return list;
}

awaitable<std::vector<QuarantineView>> quarantine(pg::Transaction& tx, ServerId server, bool open,
                                                  std::int64_t after_epoch, std::int64_t after_seq,
                                                  int limit) {
    const auto rows = co_await tx.execute(view_quarantine, server, open, after_epoch, after_seq,
                                          std::int64_t{limit});
    std::vector<QuarantineView> list;
    for (const pg::Row row : rows)
        list.push_back({.server = row.get<ServerId>(0),
                        .epoch = row.get<std::int64_t>(1),
                        .seq = row.get<std::int64_t>(2),
                        .login = row.get<std::optional<Login>>(3),
                        .reason = row.get<std::string>(4),
                        .at = row.get<Instant>(5),
                        .resolved_at = row.get<std::optional<Instant>>(6)});
    co_return list;
}

awaitable<std::vector<GroupCount>> group_counts(pg::Transaction& tx, ServerId server) {
    const auto rows = co_await tx.execute(count_by_group, server);
    std::vector<GroupCount> counts;
    for (const pg::Row row : rows)
        counts.push_back({.name = row.get<std::string>(0),
                          .accounts = row.get<std::int64_t>(1),
                          .clients = row.get<std::int64_t>(2)});
    co_return counts;
}

awaitable<Backlog> backlog(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(count_backlog);
    const auto row = rows.one();
    co_return Backlog{row.get<std::int64_t>(0), row.get<std::int64_t>(1), row.get<std::int64_t>(2),
                      row.get<std::int64_t>(3)};
}

}  // namespace cambist::office::trading
