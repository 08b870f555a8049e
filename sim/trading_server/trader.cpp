#include "sim/trading_server/trader.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/trade_rules.hpp"

namespace cambist::sim {

namespace {

/// Shares of a thousand, in the order of Deed.
constexpr std::array<int, static_cast<size_t>(Deed::size_)> kShares{
    380, 170, 70, 25, 15, 20, 20, 25, 15, 60, 20, 20, 50, 35, 10, 8, 12, 5, 15, 10, 15};

/// What exists of an account at one moment, copied under its lock.
struct Holdings {
    ctsp_user user{};
    std::vector<ctsp_position> positions;
    std::vector<PendingOrder> orders;
};

Holdings holdings_of(Account& account) {
    const AccountLock lock(account);
    return {account.user, account.positions, account.orders};
}

uint64_t below(std::mt19937_64& random, uint64_t bound) {
    return random() % bound;
}

template <class T>
const T* any_of(const std::vector<T>& choice, std::mt19937_64& random) {
    return choice.empty() ? nullptr : &choice[below(random, choice.size())];
}

uint64_t some_volume(std::mt19937_64& random) {
    // Mostly a few hundredths of a lot, now and then a few lots.
    const uint64_t hundredths =
        below(random, 20) == 0 ? 100 + below(random, 300) : 1 + below(random, 20);
    return hundredths * kLeastVolume;
}

ctsp_request blank(const Holdings& holdings, uint32_t action, std::mt19937_64& random) {
    constexpr std::array<uint32_t, 5> origins{CTSP_ORIGIN_CLIENT, CTSP_ORIGIN_EXPERT,
                                              CTSP_ORIGIN_MOBILE, CTSP_ORIGIN_WEB, CTSP_ORIGIN_API};
    ctsp_request request{};
    request.action = action;
    request.native_action = action;
    request.login = holdings.user.login;
    request.origin = origins[below(random, origins.size())];
    request.currency_digits = holdings.user.currency_digits;
    request.ts_ns = host_now_ns();
    return request;
}

uint8_t opposite(uint8_t side) {
    return side == CTSP_SIDE_BUY ? CTSP_SIDE_SELL : CTSP_SIDE_BUY;
}

/// Aimed at a position, with the side that closes it.
ctsp_request closing(const Holdings& holdings, const ctsp_position& position, uint64_t volume,
                     std::mt19937_64& random) {
    ctsp_request request = blank(holdings, CTSP_ACT_MARKET, random);
    set_text(request.symbol, text_in(position.symbol));
    request.side = opposite(position.side);
    request.volume = volume;
    request.price_digits = position.price_digits;
    if (holdings.user.margin_mode == CTSP_MARGIN_HEDGING)
        request.position = position.ticket;
    if (below(random, 2) == 0)
        request.flags |= CTSP_REQ_CLOSE_FLAG;
    return request;
}

Symbol* any_quoted(Market& market, std::mt19937_64& random) {
    std::vector<Symbol*> symbols = market.all();
    std::erase_if(symbols, [](const Symbol* symbol) { return !symbol->quote().known(); });
    return symbols.empty() ? nullptr : symbols[below(random, symbols.size())];
}

std::optional<ctsp_request> opening(const Holdings& holdings, uint32_t action, Market& market,
                                    std::mt19937_64& random) {
    Symbol* symbol = any_quoted(market, random);
    if (!symbol)
        return std::nullopt;
    const Quote quote = symbol->quote();
    ctsp_request request = blank(holdings, action, random);
    request.price_digits = symbol->record().price_digits;
    set_text(request.symbol, text_in(symbol->record().name));
    request.side = static_cast<uint8_t>(below(random, 2));
    request.volume = some_volume(random);
    const bool buy = request.side == CTSP_SIDE_BUY;
    request.price = buy ? quote.ask : quote.bid;
    const int64_t distance = std::max<int64_t>(2, quote.bid / 2'000);
    if (action == CTSP_ACT_PENDING_PLACE)
        request.price += below(random, 2) == 0 ? distance : -distance;
    if (below(random, 3) == 0) {
        request.sl = request.price + (buy ? -distance : distance);
        request.tp = request.price + (buy ? distance : -distance);
    }
    return request;
}

/// Deeds that need one open position.
std::vector<ctsp_request> with_position(Deed deed, const Holdings& holdings,
                                        const ctsp_position& position, Market& market,
                                        std::mt19937_64& random) {
    ctsp_request request = closing(holdings, position, position.volume, random);
    switch (deed) {
        case Deed::partial_close:
            request.volume =
                std::max(kLeastVolume, position.volume / 2 / kLeastVolume * kLeastVolume);
            break;
        case Deed::oversize_close:
            request.volume = position.volume * 2;
            break;
        case Deed::wrong_side_close:
            request.side = position.side;
            request.flags |= CTSP_REQ_CLOSE_FLAG;
            break;
        case Deed::double_close:
            return {request, request};
        case Deed::stops: {
            Symbol* symbol = market.find(text_in(position.symbol));
            const int64_t bid = symbol ? symbol->quote().bid : position.price_open;
            const int64_t distance = std::max<int64_t>(2, bid / 1'000);
            const bool buy = position.side == CTSP_SIDE_BUY;
            request.action = request.native_action = CTSP_ACT_SLTP;
            request.position = position.ticket;
            request.flags = CTSP_REQ_CH_SLTP;
            request.sl = bid + (buy ? -distance : distance);
            request.tp = bid + (buy ? distance : -distance);
            break;
        }
        default:
            break;
    }
    return {request};
}

std::vector<ctsp_request> close_by(const Holdings& holdings, std::mt19937_64& random) {
    for (const ctsp_position& one : holdings.positions) {
        for (const ctsp_position& other : holdings.positions) {
            if (one.side == other.side || text_in(one.symbol) != text_in(other.symbol))
                continue;
            ctsp_request request = blank(holdings, CTSP_ACT_CLOSE_BY, random);
            set_text(request.symbol, text_in(one.symbol));
            request.position = one.ticket;
            request.position_by = other.ticket;
            request.volume = std::min(one.volume, other.volume);
            return {request};
        }
    }
    return {};
}

std::vector<ctsp_request> with_order(Deed deed, const Holdings& holdings, const PendingOrder& order,
                                     std::mt19937_64& random) {
    const bool cancel = deed == Deed::pending_cancel;
    ctsp_request request =
        blank(holdings, cancel ? CTSP_ACT_PENDING_CANCEL : CTSP_ACT_PENDING_MODIFY, random);
    set_text(request.symbol, text_in(order.symbol));
    request.order = order.ticket;
    request.side = order.side;
    request.volume = order.volume;
    request.price = order.price + (order.price / 5'000) * (below(random, 2) == 0 ? 1 : -1);
    return {request};
}

std::vector<ctsp_request> specific(Deed deed, const Holdings& holdings, Market& market,
                                   std::mt19937_64& random) {
    const ctsp_position* position = any_of(holdings.positions, random);
    const PendingOrder* order = any_of(holdings.orders, random);
    switch (deed) {
        case Deed::close:
        case Deed::partial_close:
        case Deed::oversize_close:
        case Deed::double_close:
        case Deed::wrong_side_close:
        case Deed::stops:
            return position ? with_position(deed, holdings, *position, market, random)
                            : std::vector<ctsp_request>{};
        case Deed::close_by:
            return close_by(holdings, random);
        case Deed::pending_modify:
        case Deed::pending_cancel:
            return order ? with_order(deed, holdings, *order, random) : std::vector<ctsp_request>{};
        case Deed::close_of_nothing: {
            auto request = opening(holdings, CTSP_ACT_MARKET, market, random);
            if (!request)
                return {};
            request->position = 1'000'000'000'000ull + below(random, 1'000);
            request->flags |= CTSP_REQ_CLOSE_FLAG;
            return {*request};
        }
        case Deed::close_with_lying_flag: {
            auto request = opening(holdings, CTSP_ACT_MARKET, market, random);
            if (!request)
                return {};
            request->flags |= CTSP_REQ_CLOSE_FLAG;
            return {*request};
        }
        case Deed::pending_place: {
            const auto request = opening(holdings, CTSP_ACT_PENDING_PLACE, market, random);
            return request ? std::vector{*request} : std::vector<ctsp_request>{};
        }
        case Deed::unknown_action: {
            auto request = blank(holdings, CTSP_ACT_UNKNOWN, random);
            request.native_action = 10'000 + static_cast<uint32_t>(below(random, 100));
            return {request};
        }
        default:
            return {};
    }
}

}  // namespace

Deed choose_deed(std::mt19937_64& random) {
    int total = 0;
    for (const int share : kShares)
        total += share;
    auto left = static_cast<int>(below(random, static_cast<uint64_t>(total)));
    for (size_t i = 0; i < kShares.size(); ++i) {
        left -= kShares[i];
        if (left < 0)
            return static_cast<Deed>(i);
    }
    return Deed::open;
}

std::vector<ctsp_request> requests_for(Deed deed, std::mt19937_64& random, Account& account,
                                       Market& market) {
    const Holdings holdings = holdings_of(account);
    auto requests = specific(deed, holdings, market, random);
    if (requests.empty())
        if (const auto request = opening(holdings, CTSP_ACT_MARKET, market, random))
            requests.push_back(*request);
    return requests;
}

}  // namespace cambist::sim
