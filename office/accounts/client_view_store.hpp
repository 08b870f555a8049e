#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "office/accounts/client.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/instant.hpp"

/// What people read about clients and persons: no locks, no decisions. Whoever acts may hold
/// `person.read` for some clients and not for others, so each says how it is to be shown.
namespace cambist::office::clients {

using boost::asio::awaitable;

struct ClientView {
    Client client;
    Masking masking = Masking::masked;
    Instant status_since, created_at;
};

/// Which clients; what is not set bounds nothing.
struct ClientFilter {
    std::optional<ClientStatus> status{};
    std::optional<std::string> legal_entity{}, region{};
    std::optional<OperationId> manager{}, partner{};
};

awaitable<std::optional<ClientView>> view(pg::Transaction& tx, OperationId id);
/// In the order of ids, beyond `after` (zero: from the first on).
awaitable<std::vector<ClientView>> views(pg::Transaction& tx, ClientFilter filter,
                                         OperationId after, int limit);
awaitable<std::int64_t> count(pg::Transaction& tx, ClientFilter filter);

/// Those whose id is between the two, and those with a name that has words which begin like all
/// words of the text, where whoever acts may read names. Both in the order of their keys.
awaitable<std::vector<ClientView>> with_id(pg::Transaction& tx, OperationId first, OperationId last,
                                           int limit);
awaitable<std::vector<ClientView>> with_name(pg::Transaction& tx, std::string text, int limit);

/// A person's whole record, for who may read it.
struct PersonView {
    OperationId id;
    PersonName name;
    std::string country;
    bool legal = false;
    Instant created_at;
    std::vector<std::string> clients;  ///< their ids, as far as they are seen
};
/// Nothing when no client of theirs is seen.
awaitable<std::optional<PersonView>> person(pg::Transaction& tx, OperationId id);

}  // namespace cambist::office::clients
