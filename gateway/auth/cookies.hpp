#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "office/staff/token.hpp"

namespace cambist::gateway {

/// The token in a cookie of that name; nothing when there is none, or none of ours' form. The
/// problem is 400 `bad_cookie`: the name twice.
std::expected<std::optional<office::Token>, Problem> token_in_cookie(const Headers& headers,
                                                                     std::string_view name);

/// The value of Set-Cookie: for this host alone, over TLS alone, to no script and no other site.
/// Without `lasts` it ends with the browser's session; zero takes it away.
std::string cookie_text(std::string_view name, std::string_view value,
                        std::optional<std::chrono::seconds> lasts);

}  // namespace cambist::gateway
