#include "sim/trading_server/fills.hpp"

#include <algorithm>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace {

int64_t commission_for(const Fill& fill, uint64_t volume) {
    return -saturated(divide_rounded(Wide{fill.commission_per_lot} * static_cast<Wide>(volume),
                                     CTSP_VOLUME_PER_LOT));
}

ctsp_deal deal_of(const Account& account, const Fill& fill, uint32_t entry, uint64_t position,
                  uint64_t volume) {
    ctsp_deal deal{};
    deal.size = sizeof deal;
    deal.kind = fill.side == CTSP_SIDE_BUY ? CTSP_DEAL_BUY : CTSP_DEAL_SELL;
    deal.order = fill.order;
    deal.position = position;
    deal.login = account.user.login;
    deal.dealer = fill.dealer;
    deal.version = 1;
    deal.volume = volume;
    deal.price = fill.price();
    deal.bid = fill.quote.bid;
    deal.ask = fill.quote.ask;
    deal.contract_size = fill.symbol.contract_size;
    deal.rate_e8 = fill.rate_e8;
    deal.commission = commission_for(fill, volume);
    deal.entry = entry;
    deal.reason = static_cast<uint32_t>(fill.reason);
    deal.price_digits = fill.symbol.price_digits;
    deal.currency_digits = account.user.currency_digits;
    // Small tickets are kept by the broker, large ones are passed on.
    deal.book = volume >= CTSP_VOLUME_PER_LOT ? CTSP_BOOK_A : CTSP_BOOK_B;
    set_text(deal.symbol, text_in(fill.symbol.name));
    return deal;
}

int64_t profit_of(const Account& account, const ctsp_position& position, const Fill& fill,
                  uint64_t volume, int64_t price) {
    const int64_t difference =
        position.side == CTSP_SIDE_BUY ? price - position.price_open : position.price_open - price;
    return gain(difference, volume, fill.symbol.contract_size, fill.symbol.price_digits,
                fill.rate_e8, account.user.currency_digits);
}

void append(Account& account, const ctsp_deal& deal, Batch& batch) {
    book_money(account.user, deal);
    batch.deals.push_back(Deal{.record = deal});
}

/// Takes volume off a position; a position without volume leaves the account.
void reduce(Account& account, ctsp_position& position, uint64_t volume, Batch& batch) {
    position.volume -= volume;
    ++position.version;
    batch.positions.push_back(position);
    if (position.volume == 0)
        std::erase_if(account.positions, [ticket = position.ticket](const ctsp_position& each) {
            return each.ticket == ticket;
        });
}

}  // namespace

void book_money(ctsp_user& user, const ctsp_deal& deal, int sign) {
    const int64_t money = deal.profit + deal.swap + deal.commission + deal.fee;
    if (deal.kind == CTSP_DEAL_CREDIT || deal.kind == CTSP_DEAL_SO_COMP_CREDIT)
        user.credit += sign * deal.profit;
    else
        user.balance += sign * money;
    ++user.version;
}

void fill_opening(Account& account, const Fill& fill, Batch& batch) {
    ctsp_position position{};
    position.size = sizeof position;
    position.side = fill.side;
    position.price_digits = fill.symbol.price_digits;
    position.login = account.user.login;
    position.ticket = fill.order;
    position.volume = fill.volume;
    position.version = 1;
    position.price_open = fill.price();
    position.sl = fill.sl;
    position.tp = fill.tp;
    position.opened_ns = host_now_ns();
    set_text(position.symbol, text_in(fill.symbol.name));
    account.positions.push_back(position);
    batch.positions.push_back(position);
    append(account, deal_of(account, fill, CTSP_ENTRY_IN, position.ticket, fill.volume), batch);
}

void fill_closing(Account& account, ctsp_position& position, const Fill& fill, Batch& batch) {
    ctsp_deal deal = deal_of(account, fill, CTSP_ENTRY_OUT, position.ticket, fill.volume);
    deal.volume_closed = fill.volume;
    deal.profit = profit_of(account, position, fill, fill.volume, fill.price());
    reduce(account, position, fill.volume, batch);
    append(account, deal, batch);
}

void fill_netting(Account& account, const Fill& fill, Batch& batch) {
    ctsp_position* position = account.position_of(text_in(fill.symbol.name));
    if (!position) {
        fill_opening(account, fill, batch);
        return;
    }
    if (position->side == fill.side) {
        const Wide total = Wide{position->price_open} * static_cast<Wide>(position->volume) +
                           Wide{fill.price()} * static_cast<Wide>(fill.volume);
        position->volume += fill.volume;
        position->price_open =
            saturated(divide_rounded(total, static_cast<Wide>(position->volume)));
        ++position->version;
        batch.positions.push_back(*position);
        append(account, deal_of(account, fill, CTSP_ENTRY_IN, position->ticket, fill.volume),
               batch);
        return;
    }
    if (fill.volume <= position->volume) {
        fill_closing(account, *position, fill, batch);
        return;
    }
    ctsp_deal deal = deal_of(account, fill, CTSP_ENTRY_INOUT, position->ticket, fill.volume);
    deal.volume_closed = position->volume;
    deal.profit = profit_of(account, *position, fill, position->volume, fill.price());
    position->volume = fill.volume - position->volume;
    position->side = fill.side;
    position->price_open = fill.price();
    position->sl = fill.sl;
    position->tp = fill.tp;
    ++position->version;
    batch.positions.push_back(*position);
    append(account, deal, batch);
}

void fill_close_by(Account& account, ctsp_position& position, ctsp_position& by, const Fill& fill,
                   Batch& batch) {
    const uint64_t volume = std::min(position.volume, by.volume);
    Fill out = fill;
    out.side = by.side;
    ctsp_deal first = deal_of(account, out, CTSP_ENTRY_OUT_BY, position.ticket, volume);
    first.price = by.price_open;
    first.volume_closed = volume;
    first.profit = profit_of(account, position, fill, volume, by.price_open);
    out.side = position.side;
    ctsp_deal second = deal_of(account, out, CTSP_ENTRY_OUT_BY, by.ticket, volume);
    second.price = by.price_open;
    second.volume_closed = volume;
    const uint64_t by_ticket = by.ticket;
    reduce(account, position, volume, batch);
    // The first reduction may have moved the positions.
    reduce(account, *account.position(by_ticket), volume, batch);
    append(account, first, batch);
    append(account, second, batch);
}

}  // namespace cambist::sim
