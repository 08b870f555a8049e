// What a manager may ask over the port: one JSON request, one JSON answer.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "sim/trading_server/server.hpp"

namespace cambist::sim {

/// Answers one request line. Never throws for what is in the line: nonsense gets a named error.
std::string answer_line(Server& server, std::string_view line);

/// {"ok":false,"error":code}
std::string error_line(std::string_view code, std::string_view detail = {});

}  // namespace cambist::sim
