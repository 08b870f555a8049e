#include "office/trading/server_service.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/trading/command_store.hpp"
#include "office/trading/server_store.hpp"
#include "office/trading/trading_view_store.hpp"

namespace cambist::office {

namespace {

namespace json = boost::json;

std::string described(const TradingServer& server) {
    json::array scope;
    for (const std::string& pattern : server.scope)
        scope.emplace_back(pattern);
    const json::object values{{"name", server.name},
                              {"mode", name_of(server.mode)},
                              {"scope", std::move(scope)},
                              {"policy_era", server.policy_era},
                              {"money_out_stopped", server.money_out_stopped}};
    return json::serialize(values);
}

void record(pg::Transaction& tx, const Actor& actor, std::string_view action, std::string before,
            const TradingServer& after, std::string reason) {
    const Change change{.action = std::string(action),
                        .subject = after.subject(),
                        .before = std::move(before),
                        .after = described(after),
                        .reason = std::move(reason)};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, change.after);
}

/// Who may say that all is well with a server after something was wrong.
std::expected<void, ServerRefusal> review_repair(const std::optional<TradingServer>& server,
                                                 const std::string& reason,
                                                 const Authority& authority) {
    if (!server)
        return std::unexpected(ServerRefusal::unknown_server);
    if (reason.empty())
        return std::unexpected(ServerRefusal::reason_required);
    if (!authority.may_widen())
        return std::unexpected(ServerRefusal::needs_approval);
    return {};
}

}  // namespace

awaitable<Outcome<TradingServer>> register_server(pg::Transaction& tx, TradingServer server,
                                                  Actor actor) {
    if (const auto allowed = review_scope(server.scope); !allowed)
        co_return refused(allowed.error());
    if (!co_await servers::insert(tx, server))
        co_return refused(ServerRefusal::id_taken);
    record(tx, actor, "server_registered", "", server, "");
    co_return server;
}

awaitable<Outcome<TradingServer>> change_mode(pg::Transaction& tx, ServerId id, ServerMode mode,
                                              std::vector<std::string> scope, std::string reason,
                                              Authority authority) {
    auto server = co_await servers::find_for_update(tx, id);
    if (!server)
        co_return refused(ServerRefusal::unknown_server);
    if (const auto allowed = review_scope(scope); !allowed)
        co_return refused(allowed.error());
    if (server->mode == mode && server->scope == scope)
        co_return std::move(*server);
    if (!authority.may_widen())
        co_return refused(ServerRefusal::needs_approval);
    const std::string before = described(*server);
    server->mode = mode;
    server->scope = std::move(scope);
    ++server->config_version;
    servers::set_mode(tx, id, mode, server->scope);
    record(tx, authority.actor(), "server_mode_changed", before, *server, std::move(reason));
    co_return std::move(*server);
}

awaitable<Outcome<ModePreview>> preview_mode_change(pg::Transaction& tx, ServerId id,
                                                    ServerMode mode,
                                                    std::vector<std::string> scope) {
    const auto server = co_await servers::find(tx, id);
    if (!server)
        co_return refused(ServerRefusal::unknown_server);
    if (const auto allowed = review_scope(scope); !allowed)
        co_return refused(allowed.error());
    auto groups = co_await trading::group_counts(tx, id);
    co_return preview_mode(*server, mode, scope, std::move(groups));
}

awaitable<Outcome<TradingServer>> stop_money_out(pg::Transaction& tx, ServerId id,
                                                 std::string reason, Actor actor) {
    auto server = co_await servers::find_for_update(tx, id);
    if (!server)
        co_return refused(ServerRefusal::unknown_server);
    if (reason.empty())
        co_return refused(ServerRefusal::reason_required);
    if (server->money_out_stopped)
        co_return std::move(*server);
    const std::string before = described(*server);
    server->money_out_stopped = true;
    server->money_out_stop_reason = reason;
    servers::set_money_out_stop(tx, id, reason);
    record(tx, actor, "money_out_stopped", before, *server, std::move(reason));
    co_return std::move(*server);
}

awaitable<Outcome<TradingServer>> resume_money_out(pg::Transaction& tx, ServerId id,
                                                   std::string reason, Authority authority) {
    auto server = co_await servers::find_for_update(tx, id);
    if (const auto allowed = review_repair(server, reason, authority); !allowed)
        co_return refused(allowed.error());
    if (!server->money_out_stopped)
        co_return std::move(*server);
    const std::string before = described(*server);
    server->money_out_stopped = false;
    server->money_out_stop_reason.clear();
    servers::set_money_out_stop(tx, id, "");
    record(tx, authority.actor(), "money_out_resumed", before, *server, std::move(reason));
    co_return std::move(*server);
}

awaitable<void> distrust_restored(pg::Transaction& tx, ServerId id, std::string how_seen,
                                  Actor actor) {
    commands::doubt_unfinished(tx, id);
    servers::ask_first(tx, id);
    co_await stop_money_out(tx, id, how_seen + ": was the database restored?", std::move(actor));
}

awaitable<Outcome<TradingServer>> begin_policy_era(pg::Transaction& tx, ServerId id,
                                                   std::string reason, Authority authority) {
    auto server = co_await servers::find_for_update(tx, id);
    if (const auto allowed = review_repair(server, reason, authority); !allowed)
        co_return refused(allowed.error());
    const std::string before = described(*server);
    ++server->policy_era;
    servers::raise_policy_era(tx, id, server->policy_era);
    record(tx, authority.actor(), "policy_era_begun", before, *server, std::move(reason));
    co_return std::move(*server);
}

}  // namespace cambist::office
