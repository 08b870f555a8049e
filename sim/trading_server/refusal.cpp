#include "sim/trading_server/refusal.hpp"

#include <array>

namespace cambist::sim {

std::string_view text_of(Refusal refusal) {
    static constexpr std::array<std::string_view, 26> texts{
        "trading_stopped", "account_unknown", "account_disabled",
        "trade_disabled",  "symbol_unknown",  "group_unknown",
        "duplicate",       "unsupported",     "volume",
        "price",           "off_quotes",      "no_rate",
        "not_hedging",     "position_gone",   "order_gone",
        "wrong_side",      "close_volume",    "no_money",
        "limit",           "currency",        "leverage",
        "stale_version",   "queue_full",      "not_triggered",
        "plugin",          "plugin_failed"};
    static_assert(texts.size() == static_cast<size_t>(Refusal::plugin_failed) + 1);
    return texts[static_cast<size_t>(refusal)];
}

}  // namespace cambist::sim
