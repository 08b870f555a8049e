// What a manager does to the market: orders, quotes, traders, groups and symbols.
#pragma once

#include <boost/json/object.hpp>

#include "sim/trading_server/manager_request.hpp"
#include "sim/trading_server/server.hpp"

namespace cambist::sim {

boost::json::object place_order(Server& server, const ManagerRequest& request);
boost::json::object put_group(Server& server, const ManagerRequest& request);
boost::json::object put_symbol(Server& server, const ManagerRequest& request);
boost::json::object set_quote(Server& server, const ManagerRequest& request);
boost::json::object load_quotes(Server& server, const ManagerRequest& request);
boost::json::object start_quotes(Server& server, const ManagerRequest& request);
boost::json::object stop_quotes(Server& server, const ManagerRequest& request);
boost::json::object start_traders(Server& server, const ManagerRequest& request);
boost::json::object focus_traders(Server& server, const ManagerRequest& request);
boost::json::object stop_traders(Server& server, const ManagerRequest& request);

}  // namespace cambist::sim
