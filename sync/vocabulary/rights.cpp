#include "sync/vocabulary/rights.hpp"

#include <array>

namespace cambist {

namespace {

constexpr std::array<std::string_view, refusal_count> refusal_names{"none",
                                                                    "no_policy",
                                                                    "trade_disabled",
                                                                    "close_only",
                                                                    "account_closed",
                                                                    "frozen",
                                                                    "close_volume",
                                                                    "position_gone",
                                                                    "unknown_action",
                                                                    "withdraw_forbidden",
                                                                    "reserved_amount",
                                                                    "deposit_forbidden",
                                                                    "transfer_forbidden",
                                                                    "command_mismatch",
                                                                    "leverage_cap",
                                                                    "group_not_ordered",
                                                                    "login_forbidden",
                                                                    "degraded"};
constexpr std::array<std::string_view, 7> reason_names{
    "none",   "not_approved",    "restricted",        "account_closed",
    "frozen", "withdrawal_hold", "close_only_account"};

}  // namespace

std::string_view name_of(Refusal refusal) {
    const auto at = static_cast<std::size_t>(refusal);
    return at < refusal_names.size() ? refusal_names[at] : "unknown";
}

std::string_view name_of(Reason reason) {
    const auto at = static_cast<std::size_t>(reason);
    return at < reason_names.size() ? reason_names[at] : "unknown";
}

}  // namespace cambist
