#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/ctl/catalogue/catalogue.hpp"

namespace cambist::ctl {

/// What the command line gave for one operation.
struct Given {
    std::vector<std::string> places;  ///< one a Position
    std::vector<std::pair<const Field*, std::vector<std::string>>> values = {};
    std::optional<std::string> body = {};  ///< of --body, as it was read
    std::string key;                       ///< the Idempotency-Key, given or made; never empty
    std::string if_match = {};
};

/// One request, but for who asks.
struct HttpRequest {
    std::string method, target;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::optional<std::string> body = {};
};

/// What is wrong with the arguments, a line each.
using UsageErrors = std::vector<std::string>;

/// The request that the arguments ask for. Ids of new things that were not given follow from the
/// Idempotency-Key, so that the same key makes the same request again.
std::expected<HttpRequest, UsageErrors> request_of(const Operation& operation, const Given& given);

}  // namespace cambist::ctl
