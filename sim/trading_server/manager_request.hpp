// Typed reading of a manager's request; what does not fit is a named error.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sim/trading_server/refusal.hpp"

namespace cambist::sim {

/// A request that makes no sense; `code` names why.
struct BadRequest : std::runtime_error {
    BadRequest(std::string_view code, std::string_view detail)
        : std::runtime_error(std::string(detail)), code(code) {}
    std::string code;
};

class ManagerRequest {
  public:
    explicit ManagerRequest(const boost::json::object& object) : object_(object) {}

    bool has(std::string_view name) const { return object_.contains(name); }
    int64_t integer(std::string_view name) const;
    int64_t integer(std::string_view name, int64_t otherwise, int64_t least, int64_t most) const;
    /// Logins and tickets: a positive number, or its digits as a text.
    uint64_t id(std::string_view name) const;
    uint64_t id(std::string_view name, uint64_t otherwise) const;
    std::string text(std::string_view name) const;
    std::string text(std::string_view name, std::string_view otherwise) const;
    bool flag(std::string_view name, bool otherwise) const;
    double number(std::string_view name, double otherwise) const;
    const boost::json::object& object() const { return object_; }

  private:
    const boost::json::value& value(std::string_view name) const;
    const boost::json::object& object_;
};

/// 32 hex digits: the upper and lower half of an operation id.
std::pair<uint64_t, uint64_t> operation_id(const ManagerRequest& request);

/// {"ok":false,"error":"refused", ...} with what the plugin or the server said.
boost::json::object answer_refused(const Refused& refused);

}  // namespace cambist::sim
