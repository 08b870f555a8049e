#include "office/trading/server_store.hpp"

#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::servers {

namespace {

using pg::Query;

#define SERVER_COLUMNS                                                                    \
    "select id, name, kind, mode, scope, config_version, policy_era, money_out_stopped, " \
    "money_out_stop_reason, coalesce(lease_holder, ''), bridge_epoch, lease_until, "      \
    "asks_first from server "
constexpr Query list_servers{"server_list", SERVER_COLUMNS "order by id"};
constexpr Query get_server{"server_find", SERVER_COLUMNS "where id = $1"};
constexpr Query get_server_locked{"server_find_for_update",
                                  SERVER_COLUMNS "where id = $1 for no key update"};
#undef SERVER_COLUMNS
constexpr Query add_server{
    "server_insert",
    "insert into server (id, name, kind, mode, scope) values ($1, $2, $3, $4, $5) "
    "on conflict do nothing"};
constexpr Query update_mode{"server_set_mode",
                            "update server set mode = $2, scope = $3, "
                            "config_version = config_version + 1 where id = $1"};
constexpr Query update_stop{"server_set_money_out_stop",
                            "update server set money_out_stopped = $2 <> '', "
                            "money_out_stop_reason = $2 where id = $1"};
constexpr Query update_era{"server_raise_policy_era",
                           "update server set policy_era = greatest(policy_era, $2) where id = $1"};
constexpr Query set_asks_first{"server_ask_first",
                               "update server set asks_first = true where id = $1"};
constexpr Query take_lease{
    "lease_acquire",
    "update server set lease_holder = $2, bridge_epoch = bridge_epoch + 1, "
    "  lease_until = clock_timestamp() + $3 * interval '1 millisecond' "
    "where id = $1 and (lease_until is null or lease_until < clock_timestamp() "
    "  or lease_holder = $2) returning bridge_epoch"};
constexpr Query fence_cursor{
    "lease_fence_cursor",
    "insert into stream_cursor (server_id, bridge_epoch) values ($1, $2) "
    "on conflict (server_id) do update set bridge_epoch = excluded.bridge_epoch"};
constexpr Query extend_lease{
    "lease_renew",
    "update server set lease_until = clock_timestamp() + $3 * interval '1 millisecond' "
    "where id = $1 and bridge_epoch = $2"};
constexpr Query end_lease{"lease_release",
                          "update server set lease_until = clock_timestamp() "
                          "where id = $1 and bridge_epoch = $2"};
constexpr Query check_lease{"lease_check",
                            "select from server where id = $1 and bridge_epoch = $2 for share"};

template <class Enum>
Enum known(std::optional<Enum> value) {
    CAMBIST_ASSERT(value.has_value());
    return *value;
}

TradingServer server_of(const pg::Row& row) {
    TradingServer server;
    server.id = row.get<ServerId>(0);
    server.name = row.get<std::string>(1);
    server.kind = known(server_kind_of(row.get<std::string_view>(2)));
    server.mode = known(server_mode_of(row.get<std::string_view>(3)));
    server.scope = row.get<std::vector<std::string>>(4);
    server.config_version = row.get<std::int64_t>(5);
    server.policy_era = row.get<std::uint32_t>(6);
    server.money_out_stopped = row.get<bool>(7);
    server.money_out_stop_reason = row.get<std::string>(8);
    server.lease_holder = row.get<std::string>(9);
    server.bridge_epoch = row.get<std::int64_t>(10);
    server.lease_until = row.get<std::optional<Instant>>(11);
    server.asks_first = row.get<bool>(12);
    return server;
}

std::optional<TradingServer> first_of(const pg::Result& rows) {
    const auto row = rows.first();
    return row ? std::optional(server_of(*row)) : std::nullopt;
}

}  // namespace

awaitable<std::vector<TradingServer>> list(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(list_servers);
    std::vector<TradingServer> servers;
    for (const pg::Row row : rows)
        servers.push_back(server_of(row));
    co_return servers;
}

awaitable<std::optional<TradingServer>> find(pg::Transaction& tx, ServerId id) {
    const auto rows = co_await tx.execute(get_server, id);
    co_return first_of(rows);
}

void ask(pg::Transaction& tx, ServerId id) {
    tx.send(get_server, id);
}

std::optional<TradingServer> server_in(const pg::Result& answer) {
    return first_of(answer);
}

awaitable<std::optional<TradingServer>> find_for_update(pg::Transaction& tx, ServerId id) {
    const auto rows = co_await tx.execute(get_server_locked, id);
    co_return first_of(rows);
}

awaitable<bool> insert(pg::Transaction& tx, TradingServer server) {
    const auto added = co_await tx.execute(add_server, server.id, server.name, name_of(server.kind),
                                           name_of(server.mode), server.scope);
    co_return added.affected() == 1;
}

void set_mode(pg::Transaction& tx, ServerId id, ServerMode mode,
              const std::vector<std::string>& scope) {
    tx.send(update_mode, id, name_of(mode), scope);
}

void set_money_out_stop(pg::Transaction& tx, ServerId id, const std::string& reason) {
    tx.send(update_stop, id, reason);
}

void raise_policy_era(pg::Transaction& tx, ServerId id, std::uint32_t era) {
    tx.send(update_era, id, static_cast<std::int32_t>(era));
}

void ask_first(pg::Transaction& tx, ServerId id) {
    tx.send(set_asks_first, id);
}

awaitable<std::optional<std::int64_t>> acquire_lease(pg::Transaction& tx, ServerId id,
                                                     std::string holder,
                                                     std::chrono::milliseconds duration) {
    const auto rows = co_await tx.execute(take_lease, id, holder, std::int64_t(duration.count()));
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    const auto epoch = row->get<std::int64_t>(0);
    tx.send(fence_cursor, id, epoch);
    co_return epoch;
}

awaitable<bool> renew_lease(pg::Transaction& tx, ServerId id, std::int64_t bridge_epoch,
                            std::chrono::milliseconds duration) {
    const auto renewed =
        co_await tx.execute(extend_lease, id, bridge_epoch, std::int64_t(duration.count()));
    co_return renewed.affected() == 1;
}

void release_lease(pg::Transaction& tx, ServerId id, std::int64_t bridge_epoch) {
    tx.send(end_lease, id, bridge_epoch);
}

awaitable<bool> holds_lease(pg::Transaction& tx, ServerId id, std::int64_t bridge_epoch) {
    const auto rows = co_await tx.execute(check_lease, id, bridge_epoch);
    co_return !rows.empty();
}

}  // namespace cambist::office::servers
