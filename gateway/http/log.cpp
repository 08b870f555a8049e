#include "gateway/http/log.hpp"

#include <spdlog/fmt/chrono.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <chrono>
#include <memory>

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using spdlog::level::level_enum;

/// Its messages are JSON members already where JSON is written.
constexpr std::string_view requests_logger = "requests";

std::string utc(std::chrono::system_clock::time_point at) {
    using namespace std::chrono;
    const auto second = floor<seconds>(at);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                       duration_cast<microseconds>(at - second).count());
}

class JsonFormatter : public spdlog::formatter {
  public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
        const auto level = spdlog::level::to_string_view(message.level);
        const std::string_view text(message.payload.data(), message.payload.size());
        const std::string members = std::string_view(message.logger_name.data(),
                                                     message.logger_name.size()) == requests_logger
                                        ? std::string(text)
                                        : "\"message\":" + json::serialize(json::string(text));
        fmt::format_to(std::back_inserter(line), "{{\"time\":\"{}\",\"level\":\"{}\",{}}}\n",
                       utc(message.time), std::string_view(level.data(), level.size()), members);
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>();
    }
};

struct Logs {
    std::shared_ptr<spdlog::logger> requests = spdlog::default_logger();
    LogFormat format = LogFormat::text;
};

Logs& logs() {
    static Logs all;
    return all;
}

std::string members_of(const json::object& fields) {
    const std::string text = json::serialize(fields);
    return text.substr(1, text.size() - 2);
}

level_enum level_of(int status) {
    if (status >= 500)
        return spdlog::level::err;
    return status == 401 || status == 403 || status == 429 ? spdlog::level::warn
                                                           : spdlog::level::debug;
}

std::string line_of(const Answered& answered) {
    const Response& response = answered.response;
    const std::string route = response.route.empty() ? "-" : response.route;
    const std::string principal = response.principal.empty() ? "-" : response.principal;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(answered.took).count();
    if (logs().format == LogFormat::text)
        return fmt::format("{} {} {} {} {} {} {}us", answered.request_id, answered.trace_id,
                           principal, answered.method, route, response.status, took);
    return members_of({{"request_id", answered.request_id},
                       {"trace_id", answered.trace_id},
                       {"principal", principal},
                       {"method", answered.method},
                       {"route", route},
                       {"status", response.status},
                       {"took_us", took}});
}

std::string fault_line(const Request& request, std::string_view route, std::string_view fault) {
    if (logs().format == LogFormat::text)
        return fmt::format("{} {} {}: {}", request.id, request.trace_id, route, fault);
    return members_of({{"request_id", request.id},
                       {"trace_id", request.trace_id},
                       {"route", route},
                       {"message", fault}});
}

}  // namespace

void begin_log(LogFormat format, std::string_view level) {
    const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    if (format == LogFormat::json)
        sink->set_formatter(std::make_unique<JsonFormatter>());
    const auto lowest = spdlog::level::from_str(std::string(level));
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("gateway", sink));
    logs() = {std::make_shared<spdlog::logger>(std::string(requests_logger), sink), format};
    spdlog::default_logger()->set_level(lowest);
    logs().requests->set_level(lowest);
}

void log_answer(const Answered& answered) noexcept {
    const auto level = level_of(answered.response.status);
    if (logs().requests->should_log(level))
        logs().requests->log(level, line_of(answered));
}

void log_fault(level_enum level, const Request& request, std::string_view route,
               std::string_view fault) noexcept {
    if (logs().requests->should_log(level))
        logs().requests->log(level, fault_line(request, route, fault));
}

}  // namespace cambist::gateway
