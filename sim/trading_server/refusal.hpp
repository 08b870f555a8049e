// Why the trading server, or the plugin inside it, said no.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace cambist::sim {

/// In order of precedence; the texts are what the manager port and the store say.
enum class Refusal : uint8_t {
    trading_stopped,
    account_unknown,
    account_disabled,
    trade_disabled,
    symbol_unknown,
    group_unknown,
    duplicate,
    unsupported,
    volume,
    price,
    off_quotes,
    no_rate,
    not_hedging,
    position_gone,
    order_gone,
    wrong_side,
    close_volume,
    no_money,
    limit,
    currency,
    leverage,
    stale_version,
    queue_full,
    not_triggered,
    plugin,
    plugin_failed,
};

std::string_view text_of(Refusal refusal);

/// What the last decision hook answered, and when it was asked.
struct HookAnswer {
    int64_t asked_ns = 0;  ///< host clock just before the call; 0: nobody was asked
    uint32_t reject = 0;   ///< CTSP_RJ_*
    uint32_t reason = 0;
    uint64_t policy_version = 0;
    bool failed = false;  ///< the hook answered an error, the host's fail policy decides
};

struct Refused {
    Refusal code;
    HookAnswer hook{};
};

template <class T>
using Outcome = std::expected<T, Refused>;

inline std::unexpected<Refused> refuse(Refusal code, const HookAnswer& hook = {}) {
    return std::unexpected(Refused{code, hook});
}

}  // namespace cambist::sim
