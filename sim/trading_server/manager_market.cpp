#include "sim/trading_server/manager_market.hpp"

#include <boost/json/array.hpp>
#include <limits>
#include <map>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/world.hpp"

namespace cambist::sim {

namespace json = boost::json;

namespace {

constexpr uint64_t kManager = 1'000;
constexpr uint64_t kDealer = 1'001;
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

uint8_t side_of(const ManagerRequest& request) {
    const std::string side = request.text("side", "buy");
    if (side != "buy" && side != "sell")
        throw BadRequest("out_of_range", "side must be buy or sell");
    return side == "buy" ? CTSP_SIDE_BUY : CTSP_SIDE_SELL;
}

uint32_t action_of(const ManagerRequest& request) {
    static const std::map<std::string, uint32_t> kinds{{"open", CTSP_ACT_MARKET},
                                                       {"close", CTSP_ACT_MARKET},
                                                       {"close_by", CTSP_ACT_CLOSE_BY},
                                                       {"place", CTSP_ACT_PENDING_PLACE},
                                                       {"modify", CTSP_ACT_PENDING_MODIFY},
                                                       {"cancel", CTSP_ACT_PENDING_CANCEL},
                                                       {"sltp", CTSP_ACT_SLTP},
                                                       {"price", CTSP_ACT_PRICE},
                                                       {"unknown", CTSP_ACT_UNKNOWN}};
    const auto found = kinds.find(request.text("kind", "open"));
    if (found == kinds.end())
        throw BadRequest("out_of_range",
                         "kind must be open, close, close_by, place, modify, "
                         "cancel, sltp, price or unknown");
    return found->second;
}

/// Fills in what closes the position that the order names, as far as nothing was said.
void aim(Server& server, ctsp_request& order) {
    Account* account = server.book.find(order.login);
    if (!account)
        return;
    const AccountLock lock(*account);
    const ctsp_position* position = account->position(order.position);
    if (!position)
        return;
    order.side = position->side == CTSP_SIDE_BUY ? CTSP_SIDE_SELL : CTSP_SIDE_BUY;
    if (order.volume == 0)
        order.volume = position->volume;
    set_text(order.symbol, text_in(position->symbol));
}

std::vector<uint64_t> logins_in(const ManagerRequest& request, std::string_view name) {
    std::vector<uint64_t> logins;
    const auto* list = request.object().if_contains(name);
    if (!list)
        return logins;
    if (!list->is_array())
        throw BadRequest("wrong_type", "a list of logins is needed");
    for (const json::value& each : list->get_array()) {
        const json::object one{{"login", each}};
        logins.push_back(ManagerRequest(one).id("login"));
    }
    return logins;
}

}  // namespace

json::object place_order(Server& server, const ManagerRequest& request) {
    ctsp_request order{};
    order.action = action_of(request);
    order.native_action = order.action;
    order.login = request.id("login");
    order.side = side_of(request);
    order.volume = static_cast<uint64_t>(request.integer("volume", 0, 0, kMost));
    order.position = request.id("ticket", 0);
    order.position_by = request.id("ticket_by", 0);
    order.order = request.id("order", 0);
    order.price = request.integer("price", 0, 0, kMost);
    order.sl = request.integer("sl", 0, 0, kMost);
    order.tp = request.integer("tp", 0, 0, kMost);
    order.ts_ns = host_now_ns();
    set_text(order.symbol, request.text("symbol", ""));
    if (request.flag("close_flag", false))
        order.flags |= CTSP_REQ_CLOSE_FLAG;
    if (request.flag("dealer", false)) {
        order.origin = CTSP_ORIGIN_DEALER;
        order.actor = kDealer;
    }
    if (request.text("kind", "open") == "close" && !request.has("side"))
        aim(server, order);
    const auto executed = server.pipeline.execute(order);
    if (!executed)
        return answer_refused(executed.error());
    json::array deals;
    for (const uint64_t deal : executed->deals)
        deals.emplace_back(deal);
    return {{"ok", true}, {"order", executed->order}, {"deals", std::move(deals)}};
}

json::object put_group(Server& server, const ManagerRequest& request) {
    Group group;
    ctsp_group& record = group.record;
    const std::string name = request.text("name");
    const std::string currency = request.text("currency", "USD");
    if (name.empty() || name.size() >= sizeof record.name || currency.empty() ||
        currency.size() >= sizeof record.currency)
        throw BadRequest("out_of_range", "name or currency");
    set_text(record.name, name);
    set_text(record.currency, currency);
    record.currency_digits = static_cast<uint8_t>(request.integer("currency_digits", 2, 0, 8));
    record.margin_mode = request.flag("hedging", true) ? CTSP_MARGIN_HEDGING : CTSP_MARGIN_NETTING;
    record.is_demo = request.flag("demo", false) ? 1 : 0;
    record.default_leverage_x100 =
        static_cast<uint32_t>(request.integer("leverage_x100", 10'000, 1, 100'000));
    record.stopout_bp = static_cast<uint32_t>(request.integer("stopout_bp", 5'000, 0, 100'000));
    record.margin_call_bp =
        static_cast<uint32_t>(request.integer("margin_call_bp", 10'000, 0, 100'000));
    constexpr uint8_t full_trade = 4;
    record.default_trade_mode = full_trade;
    group.commission_per_lot = request.integer("commission_per_lot", 0, 0, 1'000'000);
    const auto known = server.book.group(name);
    if (known && text_in(known->record.currency) != currency)
        return answer_refused({Refusal::currency});
    const auto id = server.put_group(group, kManager);
    return id ? json::object{{"ok", true}, {"group_id", *id}} : answer_refused(id.error());
}

json::object put_symbol(Server& server, const ManagerRequest& request) {
    const std::string name = request.text("name");
    ctsp_symbol symbol = symbol_for(name, static_cast<int>(request.integer("digits", 5, 0, 8)));
    if (name.empty() || name.size() >= sizeof symbol.name)
        throw BadRequest("out_of_range", "name");
    symbol.contract_size = request.integer("contract_size_e8", symbol.contract_size, 1, kMost / 2);
    set_text(symbol.currency_base, request.text("base", text_in(symbol.currency_base)));
    set_text(symbol.currency_profit, request.text("profit", text_in(symbol.currency_profit)));
    if (server.market.find(name) &&
        server.market.find(name)->record().price_digits != symbol.price_digits)
        throw BadRequest("out_of_range", "the digits of a symbol cannot change");
    return {{"ok", true}, {"symbol_id", server.put_symbol(symbol).symbol_id}};
}

json::object set_quote(Server& server, const ManagerRequest& request) {
    Symbol* symbol = server.market.find(request.text("symbol"));
    if (!symbol)
        return answer_refused({Refusal::symbol_unknown});
    const Quote quote{request.integer("bid", 0, 1, kMost / 4),
                      request.integer("ask", 0, 1, kMost / 4)};
    if (quote.bid > quote.ask)
        throw BadRequest("out_of_range", "bid is above ask");
    server.quotes.show(request.text("symbol"), quote);
    return {{"ok", true}};
}

json::object load_quotes(Server& server, const ManagerRequest& request) {
    std::vector<std::string> paths;
    const auto* list = request.object().if_contains("files");
    if (!list || !list->is_array())
        throw BadRequest("missing_field", "files");
    for (const json::value& each : list->get_array()) {
        if (!each.is_string())
            throw BadRequest("wrong_type", "files must be texts");
        paths.emplace_back(each.get_string());
    }
    server.load_quotes(paths);
    return {{"ok", true}, {"total", server.quotes.status().total}};
}

json::object start_quotes(Server& server, const ManagerRequest& request) {
    Playback playback;
    if (request.has("speed"))
        playback.speed = request.number("speed", 1);
    else
        playback.seconds = request.number("seconds", 120);
    playback.skip_ticks = request.integer("skip", 0, 0, kMost);
    if (request.flag("resume", false))
        playback.skip_ticks = server.counters.get(Count::quotes_played);
    server.quotes.start(playback);
    return {{"ok", true}};
}

json::object stop_quotes(Server& server, const ManagerRequest&) {
    server.quotes.stop();
    return {{"ok", true}};
}

json::object start_traders(Server& server, const ManagerRequest& request) {
    TradingDay day;
    day.seed = static_cast<uint64_t>(request.integer("seed", server.config.seed, 0, kMost));
    day.orders_per_second = request.integer("orders_per_second", 100, 1, 100'000);
    day.seconds = request.integer("seconds", 0, 0, 864'000);
    day.focus = logins_in(request, "focus");
    day.focus_percent = request.integer("focus_percent", 30, 0, 100);
    server.population.start(day);
    return {{"ok", true}};
}

json::object focus_traders(Server& server, const ManagerRequest& request) {
    server.population.focus(logins_in(request, "logins"), request.integer("percent", 30, 0, 100));
    return {{"ok", true}};
}

json::object stop_traders(Server& server, const ManagerRequest&) {
    server.population.stop();
    return {{"ok", true}};
}

}  // namespace cambist::sim
