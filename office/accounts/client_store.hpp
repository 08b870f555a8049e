#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/accounts/client.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office::clients {

using boost::asio::awaitable;

awaitable<std::optional<Client>> find(pg::Transaction& tx, OperationId id);
/// Locks the client's row, then reads it and its causes as they are after the lock.
awaitable<std::optional<Client>> find_for_update(pg::Transaction& tx, OperationId id);
/// The same ahead of what is asked next; `asked_for` gives it after that exchange.
void ask_for_update(pg::Transaction& tx, OperationId id);
std::optional<Client> asked_for(pg::Transaction& tx);
awaitable<bool> knows_entity(pg::Transaction& tx, std::string code);
/// An active member of staff?
awaitable<bool> knows_manager(pg::Transaction& tx, OperationId staff);
/// Adds the person, when new, and the client; false when the client's id is taken.
awaitable<bool> insert(pg::Transaction& tx, Client client);
/// The same for many, without a look whether ids are taken: the next statement then fails.
void add_all(pg::Transaction& tx, const std::vector<Client>& clients);
/// Those of `ids` that are taken.
awaitable<std::vector<OperationId>> existing(pg::Transaction& tx, std::vector<OperationId> ids);
/// Writes status, classification and cap, and raises the version.
void update(pg::Transaction& tx, const Client& client);
void impose(pg::Transaction& tx, OperationId client, Cause cause, const std::string& reason,
            const std::string& by);
void lift(pg::Transaction& tx, OperationId client, Cause cause, const std::string& by);

}  // namespace cambist::office::clients
