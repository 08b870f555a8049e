#include "sim/trading_server/manager_views.hpp"

#include <boost/json/array.hpp>

#include "sim/trading_server/margin.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace json = boost::json;

namespace {

json::object shown(const LatencyHistogram& latency) {
    return {{"count", latency.count()},
            {"p50", latency.permille(500)},
            {"p99", latency.permille(990)},
            {"p999", latency.permille(999)}};
}

json::object shown(const ctsp_position& position) {
    return {{"ticket", position.ticket},
            {"login", position.login},
            {"symbol", text_in(position.symbol)},
            {"side", position.side == CTSP_SIDE_BUY ? "buy" : "sell"},
            {"volume", position.volume},
            {"price_open", position.price_open},
            {"sl", position.sl},
            {"tp", position.tp},
            {"version", position.version}};
}

json::object shown(const ctsp_user& user) {
    return {{"login", user.login},
            {"group", text_in(user.group)},
            {"currency", text_in(user.currency)},
            {"currency_digits", user.currency_digits},
            {"balance", user.balance},
            {"credit", user.credit},
            {"leverage_x100", user.leverage_x100},
            {"rights", user.rights},
            {"version", user.version}};
}

}  // namespace

json::object view_stats(Server& server, const ManagerRequest&) {
    json::object answer{{"ok", true}, {"accounts", server.book.size()}};
    for (size_t i = 0; i < static_cast<size_t>(Count::size_); ++i)
        answer[text_of(static_cast<Count>(i))] = server.counters.get(static_cast<Count>(i));
    json::array refused;
    for (const auto& [key, count] : server.counters.refused_by_plugin())
        refused.push_back(
            json::object{{"reject", key.first}, {"reason", key.second}, {"count", count}});
    answer["refused"] = std::move(refused);
    json::object by_server;
    for (const auto& [code, count] : server.counters.refused_by_server())
        by_server[code] = count;
    answer["refused_by_server_code"] = std::move(by_server);
    LatencyHistogram all;
    json::object kinds;
    for (size_t i = 0; i < static_cast<size_t>(Hook::size_); ++i) {
        const LatencyHistogram& each = server.counters.latency(static_cast<Hook>(i));
        each.add_to(all);
        kinds[text_of(static_cast<Hook>(i))] = shown(each);
    }
    answer["hook_ns"] = shown(all);
    answer["hook_ns_by_kind"] = std::move(kinds);
    json::object deeds;
    for (size_t i = 0; i < static_cast<size_t>(Deed::size_); ++i)
        deeds[text_of(static_cast<Deed>(i))] = server.population.deeds(static_cast<Deed>(i));
    answer["deeds"] = std::move(deeds);
    answer["in_flight"] = server.pipeline.in_flight();
    answer["trading"] = server.population.trading();
    return answer;
}

json::object view_user(Server& server, const ManagerRequest& request) {
    Account* account = server.book.find(request.id("login"));
    if (!account)
        return answer_refused({Refusal::account_unknown});
    const AccountLock lock(*account);
    const ctsp_account figures = figures_of(*account, server.market);
    json::object answer = shown(account->user);
    answer["ok"] = true;
    answer["equity"] = figures.equity;
    answer["margin"] = figures.margin;
    answer["margin_free"] = figures.margin_free;
    answer["floating"] = figures.floating;
    answer["so_state"] = figures.so_state;
    answer["connected"] = account->connected;
    answer["positions"] = account->positions.size();
    answer["orders"] = account->orders.size();
    return answer;
}

json::object view_users(Server& server, const ManagerRequest& request) {
    uint64_t after = request.id("after", 0);
    const int64_t limit = request.integer("limit", 100, 1, 1'000);
    json::array users;
    for (int64_t i = 0; i < limit; ++i) {
        Account* account = server.book.next_after(after);
        if (!account)
            break;
        const AccountLock lock(*account);
        after = account->user.login;
        users.push_back(shown(account->user));
    }
    return {{"ok", true}, {"total", server.book.size()}, {"users", std::move(users)}};
}

json::object view_positions(Server& server, const ManagerRequest& request) {
    Account* account = server.book.find(request.id("login"));
    if (!account)
        return answer_refused({Refusal::account_unknown});
    const AccountLock lock(*account);
    json::array positions;
    for (const ctsp_position& position : account->positions)
        positions.push_back(shown(position));
    json::array orders;
    for (const PendingOrder& order : account->orders)
        orders.push_back(json::object{{"ticket", order.ticket},
                                      {"symbol", text_in(order.symbol)},
                                      {"side", order.side == CTSP_SIDE_BUY ? "buy" : "sell"},
                                      {"volume", order.volume},
                                      {"price", order.price}});
    return {{"ok", true}, {"positions", std::move(positions)}, {"orders", std::move(orders)}};
}

json::object view_groups(Server& server, const ManagerRequest&) {
    json::array groups;
    for (const auto& group : server.book.groups())
        groups.push_back(json::object{{"group_id", group->record.group_id},
                                      {"name", text_in(group->record.name)},
                                      {"currency", text_in(group->record.currency)},
                                      {"currency_digits", group->record.currency_digits},
                                      {"hedging", group->record.margin_mode == CTSP_MARGIN_HEDGING},
                                      {"version", group->record.version}});
    return {{"ok", true}, {"groups", std::move(groups)}};
}

json::object view_symbols(Server& server, const ManagerRequest&) {
    json::array symbols;
    for (const Symbol* symbol : server.market.all()) {
        const ctsp_symbol record = symbol->record();
        const Quote quote = symbol->quote();
        symbols.push_back(json::object{{"symbol", text_in(record.name)},
                                       {"digits", record.price_digits},
                                       {"contract_size_e8", record.contract_size},
                                       {"bid", quote.bid},
                                       {"ask", quote.ask}});
    }
    return {{"ok", true}, {"symbols", std::move(symbols)}};
}

json::object view_deal(Server& server, const ManagerRequest& request) {
    const auto deal = server.store.deal(request.id("deal"));
    if (!deal)
        return answer_refused({Refusal::order_gone});
    const ctsp_deal& record = deal->record;
    return {{"ok", true},
            {"deal", record.deal},
            {"login", record.login},
            {"kind", record.kind},
            {"entry", record.entry},
            {"position", record.position},
            {"volume", record.volume},
            {"price", record.price},
            {"profit", record.profit},
            {"commission", record.commission},
            {"version", record.version},
            {"deleted", record.deleted != 0},
            {"comment", text_in(record.comment)},
            {"path", text_of(deal->path)},
            {"hook_ns", deal->hook.asked_ns},
            {"hook_policy_version", deal->hook.policy_version}};
}

json::object view_quotes(Server& server, const ManagerRequest&) {
    const PlayStatus status = server.quotes.status();
    return {{"ok", true},
            {"playing", status.playing},
            {"played", status.played},
            {"total", status.total},
            {"finished", status.finished}};
}

}  // namespace cambist::sim
