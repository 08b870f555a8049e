#include "sim/trading_server/margin.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace {

constexpr int64_t kWholeInBp = 10'000;

struct Legs {
    uint64_t bought = 0;
    uint64_t sold = 0;
};

/// A hedged pair binds the margin of its larger leg.
int64_t margin_used(const Account& account, Market& market) {
    std::map<std::string_view, Legs> legs;
    for (const ctsp_position& position : account.positions) {
        Legs& both = legs[text_in(position.symbol)];
        (position.side == CTSP_SIDE_BUY ? both.bought : both.sold) += position.volume;
    }
    int64_t margin = 0;
    for (const auto& [name, both] : legs) {
        Symbol* symbol = market.find(name);
        if (!symbol)
            continue;
        const uint64_t larger = std::max(both.bought, both.sold);
        margin += margin_of(symbol->record(), larger, account.user, market).value_or(0);
    }
    return margin;
}

}  // namespace

std::optional<int64_t> floating_of(const ctsp_position& position, const ctsp_user& user,
                                   Market& market) {
    Symbol* symbol = market.find(text_in(position.symbol));
    if (!symbol)
        return std::nullopt;
    const ctsp_symbol record = symbol->record();
    const Quote quote = symbol->quote();
    const auto rate = market.rate_e8(text_in(record.currency_profit), text_in(user.currency));
    if (!quote.known() || !rate)
        return std::nullopt;
    const int64_t difference = position.side == CTSP_SIDE_BUY ? quote.bid - position.price_open
                                                              : position.price_open - quote.ask;
    return gain(difference, position.volume, record.contract_size, record.price_digits, *rate,
                user.currency_digits);
}

std::optional<int64_t> margin_of(const ctsp_symbol& symbol, uint64_t volume, const ctsp_user& user,
                                 Market& market) {
    const auto rate = market.rate_e8(text_in(symbol.currency_base), text_in(user.currency));
    if (!rate || user.leverage_x100 == 0)
        return std::nullopt;
    const int64_t value = worth(volume, symbol.contract_size, *rate, user.currency_digits);
    return saturated(divide_rounded(Wide{value} * CTSP_LEVERAGE_SCALE, user.leverage_x100));
}

ctsp_account figures_of(const Account& account, Market& market) {
    ctsp_account figures{};
    figures.size = sizeof figures;
    figures.so_state = account.so_state;
    figures.login = account.user.login;
    figures.version = account.user.version;
    figures.balance = account.user.balance;
    figures.credit = account.user.credit;
    figures.currency_digits = account.user.currency_digits;
    figures.ts_ns = host_now_ns();
    for (const ctsp_position& position : account.positions)
        figures.floating += floating_of(position, account.user, market).value_or(0);
    figures.margin = margin_used(account, market);
    figures.equity = figures.balance + figures.credit + figures.floating;
    figures.margin_free = figures.equity - figures.margin;
    figures.margin_level_bp =
        figures.margin <= 0
            ? std::numeric_limits<int64_t>::max()
            : saturated(divide_rounded(Wide{figures.equity} * kWholeInBp, figures.margin));
    return figures;
}

uint32_t margin_state(const ctsp_account& figures, const ctsp_group& group) {
    if (figures.margin <= 0)
        return 0;
    if (figures.margin_level_bp < int64_t{group.stopout_bp})
        return 2;
    return figures.margin_level_bp < int64_t{group.margin_call_bp} ? 1 : 0;
}

}  // namespace cambist::sim
