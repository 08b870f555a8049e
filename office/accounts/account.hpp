#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

/// An account in the whole world: a login on a server.
struct AccountKey {
    ServerId server;
    Login login;

    friend constexpr auto operator<=>(AccountKey, AccountKey) = default;
    /// As audit and outbox name it: account:<server>/<login>.
    std::string subject() const;
};

enum class AccountKind : std::uint8_t { live, demo };

enum class AccountState : std::uint8_t {
    requested,
    creating,
    active,
    close_only,
    dormant,
    archived,
    closed,
};
constexpr int account_state_count = 7;

/// What a hold keeps back: withdrawals, an amount, or new positions.
enum class HoldKind : std::uint8_t { withdrawal, reserve, trading };

enum class Classification : std::uint8_t { retail, professional, eligible_counterparty };

std::string_view name_of(AccountKind kind);
std::string_view name_of(AccountState state);
std::string_view name_of(HoldKind kind);
std::string_view name_of(Classification classification);
std::optional<AccountKind> account_kind_of(std::string_view name);
std::optional<AccountState> account_state_of(std::string_view name);
std::optional<HoldKind> hold_kind_of(std::string_view name);
std::optional<Classification> classification_of(std::string_view name);

/// May an account move from one state to another by a person's order?
bool may_become(AccountState from, AccountState to);
/// Does that move give rights back?
bool releases(AccountState from, AccountState to);

}  // namespace cambist::office
