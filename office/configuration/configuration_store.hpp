#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/configuration/configuration.hpp"
#include "office/pg/transaction.hpp"

/// The only SQL that writes the configuration.
namespace cambist::office::configuration {

using boost::asio::awaitable;

/// What is in force of each document, by name.
awaitable<std::vector<ConfigurationVersion>> all(pg::Transaction& tx);
/// What is in force.
awaitable<std::optional<ConfigurationVersion>> current(pg::Transaction& tx, std::string name);
awaitable<std::optional<ConfigurationVersion>> find(pg::Transaction& tx, std::string name,
                                                    std::int64_t version);
/// The newest first, from `version` down; 0: from the newest.
awaitable<std::vector<ConfigurationVersion>> history(pg::Transaction& tx, std::string name,
                                                     std::int64_t version, int limit);

/// Asks for what is in force without a round trip of its own; the answer is gathered. Throws when
/// the database was given no such document.
void ask(pg::Transaction& tx, std::string_view name);
ConfigurationVersion version_in(const pg::Result& answer);

/// Keeps others from changing it until the transaction ends.
awaitable<void> lock(pg::Transaction& tx, std::string name);
/// The version is new; its time is now.
void insert(pg::Transaction& tx, const ConfigurationVersion& version);

awaitable<KnownNames> known_names(pg::Transaction& tx);
/// Has the acting scope no bounds?
awaitable<bool> covers_everything(pg::Transaction& tx);

}  // namespace cambist::office::configuration
