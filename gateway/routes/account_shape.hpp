#pragma once

#include <boost/json/object.hpp>

#include "office/accounts/account_view_store.hpp"

namespace cambist::gateway {

/// An account as it is shown.
boost::json::object described(const office::accounts::AccountView& view);

}  // namespace cambist::gateway
