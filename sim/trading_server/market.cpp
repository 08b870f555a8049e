#include "sim/trading_server/market.hpp"

#include <algorithm>

#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

ctsp_symbol Symbol::record() const {
    const std::lock_guard lock(mutex_);
    return record_;
}

void Symbol::set_record(const ctsp_symbol& record) {
    const std::lock_guard lock(mutex_);
    record_ = record;
}

Quote Symbol::quote() const {
    const std::lock_guard lock(mutex_);
    return quote_;
}

void Symbol::set_quote(Quote quote) {
    const std::lock_guard lock(mutex_);
    quote_ = quote;
}

ctsp_symbol Market::put(ctsp_symbol record) {
    const std::unique_lock lock(mutex_);
    record.size = sizeof record;
    const auto known = by_name_.find(std::string(text_in(record.name)));
    if (known != by_name_.end()) {
        const ctsp_symbol old = known->second->record();
        record.symbol_id = old.symbol_id;
        record.version = old.version + 1;
        known->second->set_record(record);
        return record;
    }
    record.symbol_id = static_cast<uint32_t>(symbols_.size()) + 1;
    record.version = 1;
    by_name_.emplace(text_in(record.name), &symbols_.emplace_back(record));
    return record;
}

void Market::restore(const ctsp_symbol& record, Quote quote) {
    const std::unique_lock lock(mutex_);
    Symbol& symbol = symbols_.emplace_back(record);
    symbol.set_quote(quote);
    by_name_.emplace(text_in(record.name), &symbol);
}

Symbol* Market::find(std::string_view name) {
    const std::shared_lock lock(mutex_);
    const auto known = by_name_.find(std::string(name));
    return known == by_name_.end() ? nullptr : known->second;
}

std::optional<ctsp_symbol> Market::by_id(uint32_t symbol_id) const {
    const std::shared_lock lock(mutex_);
    for (const Symbol& symbol : symbols_)
        if (const ctsp_symbol record = symbol.record(); record.symbol_id == symbol_id)
            return record;
    return std::nullopt;
}

std::vector<Symbol*> Market::all() {
    const std::shared_lock lock(mutex_);
    std::vector<Symbol*> symbols;
    for (Symbol& symbol : symbols_)
        symbols.push_back(&symbol);
    return symbols;
}

std::optional<int64_t> Market::rate_e8(std::string_view from, std::string_view to) {
    if (from == to)
        return kE8;
    if (const auto direct = pair_rate_e8(from, to))
        return direct;
    const auto into_dollars = pair_rate_e8(from, "USD");
    const auto out_of_dollars = pair_rate_e8("USD", to);
    if (!into_dollars || !out_of_dollars)
        return std::nullopt;
    const int64_t rate = saturated(divide_rounded(Wide{*into_dollars} * *out_of_dollars, kE8));
    return rate > 0 ? std::optional(rate) : std::nullopt;
}

std::optional<int64_t> Market::pair_rate_e8(std::string_view from, std::string_view to) {
    const std::shared_lock lock(mutex_);
    for (Symbol& symbol : symbols_) {
        const ctsp_symbol record = symbol.record();
        const Quote quote = symbol.quote();
        if (!quote.known())
            continue;
        const Wide twice = Wide{quote.bid} + quote.ask;
        const Wide unit = power_of_ten(record.price_digits);
        const auto base = text_in(record.currency_base);
        const auto profit = text_in(record.currency_profit);
        Wide rate = 0;
        if (base == from && profit == to)
            rate = divide_rounded(twice * kE8, 2 * unit);
        else if (base == to && profit == from)
            rate = divide_rounded(2 * unit * kE8, twice);
        if (rate > 0)
            return saturated(rate);
    }
    return std::nullopt;
}

}  // namespace cambist::sim
