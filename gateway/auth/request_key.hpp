#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "office/staff/request_key_store.hpp"

namespace cambist::gateway {

enum class KeyRule { none, optional, required };

/// The Idempotency-Key of a request: exactly one, 1 to 255 visible ASCII characters. Problems:
/// idempotency_key_missing, idempotency_key_repeated, idempotency_key_invalid.
std::expected<std::optional<std::string>, Problem> request_key_of(const Headers& headers,
                                                                  KeyRule rule);

/// What the key stands for: actor, route and a hash over method, path, If-Match and body.
office::request_keys::KeyedRequest bind(const std::string& actor, const std::string& key,
                                        std::string_view route, const Request& request,
                                        std::string_view body);

/// What of an answer is kept.
office::request_keys::KeptAnswer kept_of(const Response& response);

/// The kept status, headers and body, byte for byte; or 422 `idempotency_key_reused` when the key
/// stood for something else.
Response replay(const office::request_keys::KeptAnswer& kept,
                const office::request_keys::KeyedRequest& asked);

}  // namespace cambist::gateway
