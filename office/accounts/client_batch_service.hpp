#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "office/accounts/account_service.hpp"
#include "office/accounts/client.hpp"

/// Adding many clients with their accounts in a handful of round trips: what imports use.
namespace cambist::office {

struct NewAccount {
    AccountKey key;
    AccountKind kind = AccountKind::live;
};

struct NewClient {
    Client client;
    std::vector<NewAccount> accounts;
};

/// What became of one item: nothing, it is there now; or why it is not.
using BatchItem = std::optional<Refused>;

struct BatchRegistered {
    std::vector<BatchItem> items;  ///< in the order asked
    AcceptedPolicies policies;
};

/// Each item is added whole or not at all; one refused does not stop the others. Refused as a
/// whole: needs_approval (some item gives rights). Items: no_such_transition,
/// unknown_legal_entity, unknown_manager, id_taken, out_of_scope, account_taken; an account named
/// by two items goes to the first. The servers must exist.
awaitable<Outcome<BatchRegistered>> register_clients(pg::Transaction& tx,
                                                     std::vector<NewClient> batch,
                                                     Authority authority);

}  // namespace cambist::office
