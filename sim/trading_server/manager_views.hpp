// What a manager may look at.
#pragma once

#include <boost/json/object.hpp>

#include "sim/trading_server/manager_request.hpp"
#include "sim/trading_server/server.hpp"

namespace cambist::sim {

boost::json::object view_stats(Server& server, const ManagerRequest& request);
boost::json::object view_user(Server& server, const ManagerRequest& request);
boost::json::object view_users(Server& server, const ManagerRequest& request);
boost::json::object view_positions(Server& server, const ManagerRequest& request);
boost::json::object view_groups(Server& server, const ManagerRequest& request);
boost::json::object view_symbols(Server& server, const ManagerRequest& request);
boost::json::object view_deal(Server& server, const ManagerRequest& request);
boost::json::object view_quotes(Server& server, const ManagerRequest& request);

}  // namespace cambist::sim
