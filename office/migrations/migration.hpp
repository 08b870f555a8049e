#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "office/pg/connection.hpp"

namespace cambist::office {

/// One step of the schema, applied once, in order, and never changed afterwards.
struct Migration {
    int number;
    std::string_view name;  ///< of its file, e.g. 0002_audit
    std::string_view sql;
};

/// What this program was built with, in order.
std::span<const Migration> embedded_migrations();

/// The broker's rules as delivered: a file of config/policy.
struct PolicySeed {
    std::string_view name;  ///< of its file, e.g. approvals
    std::string_view body;  ///< JSON
};
std::span<const PolicySeed> embedded_policies();

/// The database cannot be brought to this program's schema: a migration was changed after it was
/// applied, or the database is newer than the program.
struct MigrationRefused : std::runtime_error {
    using runtime_error::runtime_error;
};

struct Migrated {
    int applied = 0;
    int version = 0;
};

/// Creates the roles that are missing, sets the given passwords (role to password) and applies what
/// is not yet applied, each migration in a transaction with its row in schema_migration; last it
/// gives each of embedded_policies() that the database has no version of its first one. Two at
/// once wait for each other; killed at any point, the next run continues.
boost::asio::awaitable<Migrated> migrate(pg::ConnectionSettings settings,
                                         std::span<const Migration> migrations,
                                         std::map<std::string, std::string> passwords);

}  // namespace cambist::office
