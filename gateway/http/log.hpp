#pragma once

#include <spdlog/common.h>

#include <string_view>

#include "gateway/http/server.hpp"

/// The one place that writes what the process logs. Nobody's data is in a line: ids, the pattern of
/// the route and codes alone; never a query, a body, a name or a credential.
namespace cambist::gateway {

enum class LogFormat { text, json };

/// One line a message on standard error, in JSON with the fields time and level first.
void begin_log(LogFormat format, std::string_view level);

/// The line of an answer: errors and refused credentials always, others with the level debug.
void log_answer(const Answered& answered) noexcept;

/// What went wrong inside while a request was answered.
void log_fault(spdlog::level::level_enum level, const Request& request, std::string_view route,
               std::string_view fault) noexcept;

}  // namespace cambist::gateway
