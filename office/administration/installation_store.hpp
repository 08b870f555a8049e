#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/staff/secret_keys.hpp"
#include "office/staff/staff.hpp"
#include "office/staff/totp.hpp"

/// What an operator with the database's own password sets up: people before there is anybody to
/// approve them.
namespace cambist::office::installation {

using boost::asio::awaitable;

/// How many people have ever been administrators, gone ones counted. Until this transaction ends
/// nobody else counts them.
awaitable<std::int64_t> administrators_ever(pg::Transaction& tx);

awaitable<bool> holds_role(pg::Transaction& tx, OperationId staff, std::string role);
/// For all clients, without an end.
void grant_role(pg::Transaction& tx, OperationId staff, const std::string& role,
                const std::string& by);

/// What somebody signs in with, as an operator hands it over.
struct HandedCredentials {
    std::string password_hash;
    TotpSecret second_factor;
    bool must_change_password = true;
};
void set_credentials(pg::Transaction& tx, const SecretKeys& keys, OperationId staff,
                     const HandedCredentials& credentials);

}  // namespace cambist::office::installation
