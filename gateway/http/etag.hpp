#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"

namespace cambist::gateway {

/// A strong ETag of exactly these bytes.
std::string etag_of_body(std::string_view body);

/// Does If-None-Match name this ETag, among others or by `*`? Then the client has it already.
bool is_known_to_client(const Headers& headers, std::string_view etag);

/// The one strong ETag that If-Match names; nothing without it; 400 `bad_if_match` for a list, a
/// weak ETag or `*`: an edit says which version was looked at.
std::expected<std::optional<std::string>, Problem> etag_looked_at(const Headers& headers);

}  // namespace cambist::gateway
