#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace cambist {

/// What an account may do, one bit a right. Closing and reducing are not here: exits are never
/// blocked.
enum class Right : std::uint16_t {
    connect = 1 << 0,
    open = 1 << 1,
    deposit = 1 << 2,
    withdraw = 1 << 3,
    transfer = 1 << 4,
};

struct Rights {
    std::uint16_t bits = 0;

    constexpr bool has(Right right) const { return bits & static_cast<std::uint16_t>(right); }
    constexpr Rights with(Right right) const {
        return {static_cast<std::uint16_t>(bits | static_cast<std::uint16_t>(right))};
    }
    constexpr Rights without(Right right) const {
        return {static_cast<std::uint16_t>(bits & ~static_cast<std::uint16_t>(right))};
    }
    friend constexpr Rights operator&(Rights a, Rights b) {
        return {static_cast<std::uint16_t>(a.bits & b.bits)};
    }
    friend constexpr auto operator<=>(Rights, Rights) = default;

    static constexpr Rights none() { return {0}; }
    static constexpr Rights all() { return {0x1f}; }
};

/// Why a right is missing: the public class of reason that the trading server may be told. The
/// confidential cause stays in the office.
enum class Reason : std::uint8_t {
    none = 0,
    not_approved = 1,  ///< registered, pending_review, pending_documents
    restricted = 2,    ///< close-only
    account_closed = 3,
    frozen = 4,  ///< an authority's freeze
    withdrawal_hold = 5,
    close_only_account = 6,
};

/// Why the gate objected; the `reason` of a verdict, of a refusal record and of the metrics.
enum class Refusal : std::uint8_t {
    none = 0,
    no_policy = 1,       ///< no policy file, or a login that the office has not sent yet
    trade_disabled = 2,  ///< the account may not open: not approved
    close_only = 3,      ///< the account may only reduce: restricted
    account_closed = 4,
    frozen = 5,
    close_volume = 6,   ///< a close larger than the position
    position_gone = 7,  ///< a close aimed at nothing, or at the same side
    unknown_action = 8,
    withdraw_forbidden = 9,
    reserved_amount = 10,  ///< the debit would take money that a hold reserves
    deposit_forbidden = 11,
    transfer_forbidden = 12,
    command_mismatch = 13,  ///< carries an operation id that does not fit the operation
    leverage_cap = 14,
    group_not_ordered = 15,  ///< a group move that the office did not ask for
    login_forbidden = 16,
    degraded = 17,  ///< the plugin lost its footing; exits only
};
constexpr std::uint8_t refusal_count = 18;

/// As stored and sent: the enumerator's own name.
std::string_view name_of(Refusal refusal);
std::string_view name_of(Reason reason);

}  // namespace cambist
