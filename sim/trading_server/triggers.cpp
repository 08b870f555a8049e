#include "sim/trading_server/triggers.hpp"

#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace {

template <class Prices>
void add(Prices& prices, int64_t price, const Trigger& trigger) {
    if (price > 0)
        prices.emplace(price, trigger);
}

template <class Prices>
void take(Prices& prices, int64_t price, std::vector<Trigger>& reached) {
    // Everything up to and including the price, in the order of the map.
    const auto end = prices.upper_bound(price);
    for (auto each = prices.begin(); each != end; ++each)
        reached.push_back(each->second);
    prices.erase(prices.begin(), end);
}

}  // namespace

void Triggers::watch(const ctsp_position& position) {
    if (position.volume == 0 || (position.sl <= 0 && position.tp <= 0))
        return;
    const Trigger loss{Trigger::Kind::stop_loss, position.login, position.ticket};
    const Trigger profit{Trigger::Kind::take_profit, position.login, position.ticket};
    const std::lock_guard lock(mutex_);
    Waiting& waiting = symbols_[std::string(text_in(position.symbol))];
    if (position.side == CTSP_SIDE_BUY) {
        add(waiting.bid_high, position.tp, profit);
        // A falling bid reaches the highest stop first.
        add(waiting.bid_low, position.sl, loss);
    } else {
        add(waiting.ask_high, position.sl, loss);
        add(waiting.ask_low, position.tp, profit);
    }
}

void Triggers::watch(const PendingOrder& order) {
    if (order.gone)
        return;
    const Trigger trigger{Trigger::Kind::pending, order.login, order.ticket};
    const std::lock_guard lock(mutex_);
    Waiting& waiting = symbols_[std::string(text_in(order.symbol))];
    if (order.side == CTSP_SIDE_BUY) {
        if (order.stop)
            add(waiting.ask_high, order.price, trigger);
        else
            add(waiting.ask_low, order.price, trigger);
    } else if (order.stop) {
        add(waiting.bid_low, order.price, trigger);
    } else {
        add(waiting.bid_high, order.price, trigger);
    }
}

std::vector<Trigger> Triggers::reached(std::string_view symbol, Quote quote) {
    std::vector<Trigger> reached;
    const std::lock_guard lock(mutex_);
    const auto found = symbols_.find(symbol);
    if (found == symbols_.end())
        return reached;
    take(found->second.bid_low, quote.bid, reached);
    take(found->second.ask_low, quote.ask, reached);
    take(found->second.bid_high, quote.bid, reached);
    take(found->second.ask_high, quote.ask, reached);
    return reached;
}

bool stop_loss_reached(const ctsp_position& position, Quote quote) {
    if (position.sl <= 0)
        return false;
    return position.side == CTSP_SIDE_BUY ? quote.bid <= position.sl : quote.ask >= position.sl;
}

bool take_profit_reached(const ctsp_position& position, Quote quote) {
    if (position.tp <= 0)
        return false;
    return position.side == CTSP_SIDE_BUY ? quote.bid >= position.tp : quote.ask <= position.tp;
}

bool pending_reached(const PendingOrder& order, Quote quote) {
    if (order.side == CTSP_SIDE_BUY)
        return order.stop ? quote.ask >= order.price : quote.ask <= order.price;
    return order.stop ? quote.bid <= order.price : quote.bid >= order.price;
}

}  // namespace cambist::sim
