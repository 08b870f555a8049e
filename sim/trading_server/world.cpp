#include "sim/trading_server/world.hpp"

#include <array>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/server.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace {

constexpr int64_t kUnitsInLot = 100'000;
constexpr uint8_t kFullTrade = 4;

struct GroupPlan {
    const char* name;
    const char* currency;
    uint8_t digits;
    uint8_t margin_mode;
    bool demo;
    uint32_t leverage_x100;
    int64_t commission_per_lot;
    int64_t opening_per_dollar_e4;  ///< minor units a dollar, x 10^4
    int share;                      ///< accounts of a hundred
};

constexpr std::array<GroupPlan, 9> kGroups{{
    {"real/usd-hedging", "USD", 2, CTSP_MARGIN_HEDGING, false, 10'000, 0, 1'000'000, 40},
    {"real/usd-hedging-raw", "USD", 2, CTSP_MARGIN_HEDGING, false, 10'000, 350, 1'000'000, 10},
    {"real/usd-netting", "USD", 2, CTSP_MARGIN_NETTING, false, 10'000, 0, 1'000'000, 20},
    {"real/usd-netting-raw", "USD", 2, CTSP_MARGIN_NETTING, false, 10'000, 350, 1'000'000, 5},
    {"real/eur-hedging", "EUR", 2, CTSP_MARGIN_HEDGING, false, 10'000, 0, 720'000, 10},
    {"real/jpy-netting", "JPY", 0, CTSP_MARGIN_NETTING, false, 10'000, 0, 920'000, 5},
    {"real/btc-hedging", "BTC", 8, CTSP_MARGIN_HEDGING, false, 10'000, 0, 20'000'000, 3},
    {"demo/usd-hedging", "USD", 2, CTSP_MARGIN_HEDGING, true, 50'000, 0, 1'000'000, 5},
    {"coverage/usd-netting", "USD", 2, CTSP_MARGIN_NETTING, false, 10'000, 0, 1'000'000, 2},
}};

}  // namespace

std::vector<Group> first_groups() {
    std::vector<Group> groups;
    for (const GroupPlan& plan : kGroups) {
        Group group;
        group.commission_per_lot = plan.commission_per_lot;
        ctsp_group& record = group.record;
        set_text(record.name, plan.name);
        set_text(record.currency, plan.currency);
        record.currency_digits = plan.digits;
        record.margin_mode = plan.margin_mode;
        record.is_demo = plan.demo ? 1 : 0;
        record.default_leverage_x100 = plan.leverage_x100;
        record.stopout_bp = 5'000;
        record.margin_call_bp = 10'000;
        record.default_trade_mode = kFullTrade;
        groups.push_back(group);
    }
    return groups;
}

ctsp_symbol symbol_for(const std::string& name, int price_digits) {
    const bool pair = name.size() == 6;
    ctsp_symbol symbol{};
    symbol.size = sizeof symbol;
    symbol.contract_size = kUnitsInLot * kE8;
    symbol.price_digits = static_cast<uint8_t>(price_digits);
    symbol.trade_mode = kFullTrade;
    set_text(symbol.name, name);
    set_text(symbol.currency_base, pair ? name.substr(0, 3) : "USD");
    set_text(symbol.currency_profit, pair ? name.substr(3) : "USD");
    set_text(symbol.currency_margin, pair ? name.substr(0, 3) : "USD");
    return symbol;
}

std::vector<ctsp_symbol> first_symbols() {
    std::vector<ctsp_symbol> symbols{symbol_for("EURUSD", 5), symbol_for("GBPUSD", 5),
                                     symbol_for("NZDUSD", 5), symbol_for("USDJPY", 3),
                                     symbol_for("BTCUSD", 2)};
    symbols.back().contract_size = kE8;
    return symbols;
}

std::vector<NewUser> first_users(int64_t count, uint64_t first_login, int64_t dollars) {
    std::vector<NewUser> users;
    users.reserve(static_cast<size_t>(count));
    constexpr int64_t hundred = 100;
    for (int64_t i = 0; i < count; ++i) {
        // Spread evenly: 37 has no factor in common with 100.
        int64_t left = i * 37 % hundred;
        const GroupPlan* plan = kGroups.data();
        for (; left >= plan->share; ++plan)
            left -= plan->share;
        users.push_back({.login = first_login + static_cast<uint64_t>(i),
                         .group = plan->name,
                         .opening_balance = dollars * plan->opening_per_dollar_e4 / power_of_ten(4),
                         .path = Path::server});
    }
    return users;
}

int64_t zone_offset_seconds(const std::string& zone, int64_t utc_ns) {
    if (zone != "EET")
        return 0;
    constexpr int64_t winter = 7'200;
    constexpr int64_t summer = 10'800;
    const time_t now = utc_ns / kSecondNs;
    tm utc{};
    gmtime_r(&now, &utc);
    // Summer time is from the last Sunday of March to the last of October, at 01:00 UTC.
    const auto change = [&](int month) {
        tm day{};
        day.tm_year = utc.tm_year;
        day.tm_mon = month;
        day.tm_mday = 31;
        day.tm_hour = 1;
        const time_t last_day = timegm(&day);
        return last_day - time_t{day.tm_wday} * 86'400;
    };
    return now >= change(2) && now < change(9) ? summer : winter;
}

}  // namespace cambist::sim
