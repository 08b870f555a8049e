#include "sim/trading_server/trade_rules.hpp"

#include <algorithm>

#include "sim/trading_server/margin.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/triggers.hpp"

namespace cambist::sim {

namespace {

bool trades(uint32_t action) {
    return action == CTSP_ACT_MARKET || action == CTSP_ACT_PENDING_PLACE ||
           action == CTSP_ACT_PENDING_ACTIVATE;
}

/// The volume of a market order that adds exposure.
uint64_t opening_volume(const ctsp_request& request, Account& account) {
    if (account.hedging())
        return request.position == 0 ? request.volume : 0;
    const ctsp_position* position = account.position_of(text_in(request.symbol));
    if (!position || position->side == request.side)
        return request.volume;
    return request.volume > position->volume ? request.volume - position->volume : 0;
}

Outcome<void> verify_margin(const ctsp_request& request, Account& account,
                            const ctsp_symbol& symbol, Market& market) {
    const bool skipped =
        (request.flags & CTSP_REQ_SKIP_MARGIN) != 0 && request.origin == CTSP_ORIGIN_DEALER;
    const uint64_t volume = opening_volume(request, account);
    if (skipped || volume == 0)
        return {};
    const auto margin = margin_of(symbol, volume, account.user, market);
    if (!margin)
        return refuse(Refusal::no_rate);
    if (figures_of(account, market).margin_free < *margin)
        return refuse(Refusal::no_money);
    return {};
}

Outcome<Fill> fill_for(const ctsp_request& request, const Account& account, const Group& group,
                       Market& market, std::string_view symbol_name, uint64_t order) {
    Symbol* symbol = market.find(symbol_name);
    if (!symbol)
        return refuse(Refusal::symbol_unknown);
    Fill fill;
    fill.symbol = symbol->record();
    fill.quote = symbol->quote();
    if (!fill.quote.known())
        return refuse(Refusal::off_quotes);
    const auto rate =
        market.rate_e8(text_in(fill.symbol.currency_profit), text_in(account.user.currency));
    if (!rate)
        return refuse(Refusal::no_rate);
    fill.rate_e8 = *rate;
    fill.side = request.side;
    fill.volume = request.volume;
    fill.order = order;
    fill.dealer = request.actor;
    fill.reason = request.origin == CTSP_ORIGIN_DEALER   ? DealReason::dealer
                  : request.origin == CTSP_ORIGIN_EXPERT ? DealReason::expert
                                                         : DealReason::client;
    fill.commission_per_lot = group.commission_per_lot;
    fill.sl = request.sl;
    fill.tp = request.tp;
    return fill;
}

Outcome<void> close_position(const ctsp_request& request, Account& account, Fill fill,
                             Batch& batch) {
    ctsp_position* position = account.position(request.position);
    if (!position || text_in(position->symbol) != text_in(fill.symbol.name))
        return refuse(Refusal::position_gone);
    if (position->side == fill.side)
        return refuse(Refusal::wrong_side);
    if (fill.volume > position->volume)
        return refuse(Refusal::close_volume);
    fill_closing(account, *position, fill, batch);
    return {};
}

Outcome<void> market_order(const ctsp_request& request, Account& account, const Group& group,
                           Market& market, uint64_t order, Batch& batch) {
    const auto fill = fill_for(request, account, group, market, text_in(request.symbol), order);
    if (!fill)
        return std::unexpected(fill.error());
    if (const auto margin = verify_margin(request, account, fill->symbol, market); !margin)
        return margin;
    if (account.hedging() && request.position != 0)
        return close_position(request, account, *fill, batch);
    if (account.hedging())
        fill_opening(account, *fill, batch);
    else
        fill_netting(account, *fill, batch);
    return {};
}

Outcome<void> close_by(const ctsp_request& request, Account& account, const Group& group,
                       Market& market, uint64_t order, Batch& batch) {
    if (!account.hedging())
        return refuse(Refusal::not_hedging);
    ctsp_position* position = account.position(request.position);
    ctsp_position* by = account.position(request.position_by);
    if (!position || !by || position == by)
        return refuse(Refusal::position_gone);
    if (position->side == by->side || text_in(position->symbol) != text_in(by->symbol))
        return refuse(Refusal::wrong_side);
    const auto fill = fill_for(request, account, group, market, text_in(position->symbol), order);
    if (!fill)
        return std::unexpected(fill.error());
    fill_close_by(account, *position, *by, *fill, batch);
    return {};
}

Outcome<void> place_pending(const ctsp_request& request, Account& account, Market& market,
                            uint64_t ticket, Batch& batch) {
    Symbol* symbol = market.find(text_in(request.symbol));
    if (!symbol)
        return refuse(Refusal::symbol_unknown);
    const Quote quote = symbol->quote();
    if (!quote.known())
        return refuse(Refusal::off_quotes);
    PendingOrder order;
    order.ticket = ticket;
    order.login = request.login;
    set_text(order.symbol, text_in(request.symbol));
    order.side = request.side;
    order.stop =
        request.side == CTSP_SIDE_BUY ? request.price > quote.ask : request.price < quote.bid;
    order.volume = request.volume;
    order.price = request.price;
    order.sl = request.sl;
    order.tp = request.tp;
    account.orders.push_back(order);
    batch.orders.push_back(order);
    return {};
}

Outcome<void> change_pending(const ctsp_request& request, Account& account, Batch& batch) {
    PendingOrder* order = account.order(request.order);
    if (!order)
        return refuse(Refusal::order_gone);
    if (request.action == CTSP_ACT_PENDING_MODIFY) {
        if (request.price <= 0)
            return refuse(Refusal::price);
        order->price = request.price;
        order->sl = request.sl;
        order->tp = request.tp;
        batch.orders.push_back(*order);
        return {};
    }
    order->gone = true;
    batch.orders.push_back(*order);
    std::erase_if(account.orders, [](const PendingOrder& each) { return each.gone; });
    return {};
}

Outcome<void> activate_pending(const ctsp_request& request, Account& account, const Group& group,
                               Market& market, Batch& batch) {
    const PendingOrder* waiting = account.order(request.order);
    if (!waiting)
        return refuse(Refusal::not_triggered);
    Symbol* symbol = market.find(text_in(waiting->symbol));
    if (!symbol || !pending_reached(*waiting, symbol->quote()))
        return refuse(Refusal::not_triggered);
    ctsp_request as_market = request;
    as_market.position = 0;
    const auto filled = market_order(as_market, account, group, market, request.order, batch);
    if (!filled)
        return filled;
    return change_pending(request, account, batch);
}

Outcome<void> change_stops(const ctsp_request& request, Account& account, Batch& batch) {
    ctsp_position* position = account.position(request.position);
    if (!position)
        return refuse(Refusal::position_gone);
    if (request.sl < 0 || request.tp < 0)
        return refuse(Refusal::price);
    position->sl = request.sl;
    position->tp = request.tp;
    ++position->version;
    batch.positions.push_back(*position);
    return {};
}

DealReason exit_reason(uint32_t native_action) {
    if (native_action == kNativeStopLoss)
        return DealReason::stop_loss;
    return native_action == kNativeTakeProfit ? DealReason::take_profit : DealReason::stop_out;
}

Outcome<void> protective_exit(const ctsp_request& request, Account& account, const Group& group,
                              Market& market, uint64_t order, Batch& batch) {
    ctsp_position* position = account.position(request.position);
    if (!position)
        return refuse(Refusal::not_triggered);
    const auto opening =
        fill_for(request, account, group, market, text_in(position->symbol), order);
    if (!opening)
        return std::unexpected(opening.error());
    Fill fill = *opening;
    fill.side = position->side == CTSP_SIDE_BUY ? CTSP_SIDE_SELL : CTSP_SIDE_BUY;
    fill.volume = position->volume;
    fill.reason = exit_reason(request.native_action);
    const bool due = fill.reason == DealReason::stop_loss ? stop_loss_reached(*position, fill.quote)
                     : fill.reason == DealReason::take_profit
                         ? take_profit_reached(*position, fill.quote)
                         : margin_state(figures_of(account, market), group.record) == 2;
    if (!due)
        return refuse(Refusal::not_triggered);
    fill_closing(account, *position, fill, batch);
    return {};
}

}  // namespace

bool is_exit(const ctsp_request& request, Account& account) {
    switch (request.action) {
        case CTSP_ACT_PENDING_CANCEL:
        case CTSP_ACT_SLTP:
        case CTSP_ACT_CLOSE_BY:
        case CTSP_ACT_PROTECTIVE_EXIT:
        case CTSP_ACT_STOPOUT_CANCEL:
        case CTSP_ACT_EXPIRE:
            return true;
        case CTSP_ACT_MARKET:
            return opening_volume(request, account) == 0;
        default:
            return false;
    }
}

Outcome<void> verify_request(const ctsp_request& request, Account& account, Market& market) {
    const bool by_server = request.origin == CTSP_ORIGIN_SERVER;
    if (!by_server && (account.user.rights & CTSP_RIGHT_CONNECT) == 0)
        return refuse(Refusal::account_disabled);
    if (!by_server && (account.user.rights & CTSP_RIGHT_TRADE) == 0)
        return refuse(Refusal::trade_disabled);
    if (!trades(request.action))
        return {};
    Symbol* symbol = market.find(text_in(request.symbol));
    if (!symbol)
        return refuse(Refusal::symbol_unknown);
    if (request.side > CTSP_SIDE_SELL)
        return refuse(Refusal::wrong_side);
    if (request.volume < kLeastVolume || request.volume > kMostVolume ||
        request.volume % kLeastVolume != 0)
        return refuse(Refusal::volume);
    if (request.action == CTSP_ACT_PENDING_PLACE && request.price <= 0)
        return refuse(Refusal::price);
    if (!symbol->quote().known())
        return refuse(Refusal::off_quotes);
    if (request.action == CTSP_ACT_PENDING_PLACE)
        return {};
    return verify_margin(request, account, symbol->record(), market);
}

Outcome<void> apply_request(const ctsp_request& request, Account& account, const Group& group,
                            Market& market, uint64_t order, Batch& batch) {
    switch (request.action) {
        case CTSP_ACT_MARKET:
            return market_order(request, account, group, market, order, batch);
        case CTSP_ACT_CLOSE_BY:
            return close_by(request, account, group, market, order, batch);
        case CTSP_ACT_PENDING_PLACE:
            return place_pending(request, account, market, order, batch);
        case CTSP_ACT_PENDING_MODIFY:
        case CTSP_ACT_PENDING_CANCEL:
        case CTSP_ACT_STOPOUT_CANCEL:
        case CTSP_ACT_EXPIRE:
            return change_pending(request, account, batch);
        case CTSP_ACT_PENDING_ACTIVATE:
            return activate_pending(request, account, group, market, batch);
        case CTSP_ACT_SLTP:
            return change_stops(request, account, batch);
        case CTSP_ACT_PROTECTIVE_EXIT:
            return protective_exit(request, account, group, market, order, batch);
        default:
            return refuse(Refusal::unsupported);
    }
}

}  // namespace cambist::sim
