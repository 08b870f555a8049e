#include "office/accounts/account.hpp"

#include <algorithm>
#include <array>

#include "office/accounts/name_table.hpp"

namespace cambist::office {

namespace {

using enum AccountState;

constexpr std::array<std::string_view, 2> kind_names{"live", "demo"};
constexpr std::array<std::string_view, account_state_count> state_names{
    "requested", "creating", "active", "close_only", "dormant", "archived", "closed"};
constexpr std::array<std::string_view, 3> hold_names{"withdrawal", "reserve", "trading"};
constexpr std::array<std::string_view, 3> classification_names{"retail", "professional",
                                                               "eligible_counterparty"};

struct Move {
    AccountState from, to;
    bool releases;
};
// requested and creating are left by the trading server's answer alone.
constexpr Move moves[] = {
    {active, close_only, false}, {active, dormant, false},     {active, closed, false},
    {close_only, active, true},  {close_only, dormant, false}, {close_only, archived, false},
    {close_only, closed, false}, {dormant, active, true},      {dormant, archived, false},
    {dormant, closed, false},
};

const Move* move_of(AccountState from, AccountState to) {
    const auto* found = std::ranges::find_if(
        moves, [&](const Move& move) { return move.from == from && move.to == to; });
    return found == std::end(moves) ? nullptr : found;
}

}  // namespace

std::string AccountKey::subject() const {
    return "account:" + std::to_string(server.value) + "/" + std::to_string(login.value);
}

std::string_view name_of(AccountKind kind) {
    return kind_names[std::size_t(kind)];
}
std::string_view name_of(AccountState state) {
    return state_names[std::size_t(state)];
}
std::string_view name_of(HoldKind kind) {
    return hold_names[std::size_t(kind)];
}
std::string_view name_of(Classification classification) {
    return classification_names[std::size_t(classification)];
}

std::optional<AccountKind> account_kind_of(std::string_view name) {
    return enumerator_of<AccountKind>(kind_names, name);
}
std::optional<AccountState> account_state_of(std::string_view name) {
    return enumerator_of<AccountState>(state_names, name);
}
std::optional<HoldKind> hold_kind_of(std::string_view name) {
    return enumerator_of<HoldKind>(hold_names, name);
}
std::optional<Classification> classification_of(std::string_view name) {
    return enumerator_of<Classification>(classification_names, name);
}

bool may_become(AccountState from, AccountState to) {
    return move_of(from, to) != nullptr;
}

bool releases(AccountState from, AccountState to) {
    const Move* move = move_of(from, to);
    return move && move->releases;
}

}  // namespace cambist::office
