// Symbols, their current quotes, and what one currency is worth in another.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugin/abi/trading_server.h"

namespace cambist::sim {

/// Bid and ask in 10^-price_digits; zero until the first tick.
struct Quote {
    int64_t bid = 0;
    int64_t ask = 0;
    bool known() const { return bid > 0 && ask > 0; }
};

/// One tradable symbol; the record changes under its mutex only.
class Symbol {
  public:
    explicit Symbol(const ctsp_symbol& record) : record_(record) {}

    ctsp_symbol record() const;
    void set_record(const ctsp_symbol& record);
    Quote quote() const;
    void set_quote(Quote quote);

  private:
    mutable std::mutex mutex_;
    ctsp_symbol record_;
    Quote quote_;
};

/// All symbols. Thread-safe; symbols are never removed, so references stay good.
class Market {
  public:
    /// Adds a symbol or replaces the record of one with the same name; the version rises by one.
    ctsp_symbol put(ctsp_symbol record);
    /// Puts back what the store held, version and id included.
    void restore(const ctsp_symbol& record, Quote quote);

    Symbol* find(std::string_view name);
    std::optional<ctsp_symbol> by_id(uint32_t symbol_id) const;
    std::vector<Symbol*> all();

    /// How many units of `to` one unit of `from` buys, x 10^8, by a direct pair, an inverse one,
    /// or both ways through the dollar; nothing without quotes.
    std::optional<int64_t> rate_e8(std::string_view from, std::string_view to);

  private:
    std::optional<int64_t> pair_rate_e8(std::string_view from, std::string_view to);

    mutable std::shared_mutex mutex_;
    std::deque<Symbol> symbols_;
    std::unordered_map<std::string, Symbol*> by_name_;
};

}  // namespace cambist::sim
