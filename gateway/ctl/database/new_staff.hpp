#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "office/administration/installation_store.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::ctl {

/// Somebody to be set up straight in the database, and what they sign in with.
struct NewStaff {
    std::string username, name, role;
    std::string password;
    office::TotpSecret second_factor;
    bool must_change_password = true;
};

/// Makes them, or gives new credentials to whoever has that username, with the role and the audit
/// rows. The password is hashed here: it takes a moment.
boost::asio::awaitable<std::string> set_up_staff(office::pg::Transaction& tx,
                                                 const office::SecretKeys& keys, NewStaff staff);

}  // namespace cambist::ctl
