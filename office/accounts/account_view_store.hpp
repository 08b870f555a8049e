#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "office/accounts/account.hpp"
#include "office/accounts/account_store.hpp"
#include "office/accounts/client.hpp"
#include "office/accounts/policy.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/instant.hpp"

/// What people read about accounts: no locks, no decisions.
namespace cambist::office::accounts {

struct AccountView {
    AccountKey key;
    std::optional<OperationId> client;
    AccountKind kind = AccountKind::live;
    AccountState state = AccountState::active;
    bool in_scope = false, mirrored = false, deleted = false, money_out_stopped = false;
    std::string group, currency;
    int currency_digits = 2;
    std::int64_t leverage_x100 = 0;
    std::int64_t balance = 0, credit = 0;  ///< minor units
    Policy policy;                         ///< accepted last
    std::int64_t accepted_version = 0, enforced_version = 0;
    std::optional<Instant> enforced_at;
    std::int64_t own_cap_x100 = 0;
};

struct AccountFilter {
    std::optional<ServerId> server;
    std::optional<OperationId> client;
    bool pending = false;  ///< only those whose policy is not enforced yet
};

awaitable<std::optional<AccountView>> view(pg::Transaction& tx, AccountKey key);
/// In the order of (server, login), beyond `after`.
awaitable<std::vector<AccountView>> views(pg::Transaction& tx, AccountFilter filter,
                                          AccountKey after, int limit);
/// Those of that login, one a trading server.
awaitable<std::vector<AccountView>> views_of_login(pg::Transaction& tx, Login login, int limit);

/// In force, oldest first; of one account.
awaitable<std::vector<Hold>> holds_in_force(pg::Transaction& tx, AccountKey key);

}  // namespace cambist::office::accounts
