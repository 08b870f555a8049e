#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "office/staff/token.hpp"

namespace cambist::gateway {

/// Did a page of ours write this request? Its Origin, when it has one, is this host's or one of
/// `origins`, and a browser that says where it comes from says `same-origin`. 403 `csrf`.
std::optional<Problem> check_origin(const Headers& headers,
                                    const std::vector<std::string>& origins);

/// The same for a request that writes by cookie: it also shows what only our pages know of the
/// session, in X-CSRF-Token.
std::optional<Problem> check_written_by_us(const Headers& headers, const office::Token& session,
                                           const std::vector<std::string>& origins);

}  // namespace cambist::gateway
