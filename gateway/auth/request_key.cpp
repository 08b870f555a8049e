#include "gateway/auth/request_key.hpp"

#include <sodium/crypto_hash_sha256.h>

#include <algorithm>

namespace cambist::gateway {
namespace {

constexpr std::size_t longest_key = 255;

Problem bad_key(std::string_view code, std::string_view detail) {
    return {400, std::string(code), std::string(detail), {}, {}};
}

}  // namespace

std::expected<std::optional<std::string>, Problem> request_key_of(const Headers& headers,
                                                                  KeyRule rule) {
    const std::string* key = headers.find("Idempotency-Key");
    if (!key && rule == KeyRule::required)
        return std::unexpected(
            bad_key("idempotency_key_missing", "this request needs an Idempotency-Key"));
    if (!key || rule == KeyRule::none)
        return std::nullopt;
    if (headers.count("Idempotency-Key") != 1)
        return std::unexpected(
            bad_key("idempotency_key_repeated", "exactly one Idempotency-Key can be given"));
    const bool visible = std::ranges::all_of(*key, [](char c) { return c > 0x20 && c < 0x7f; });
    if (key->empty() || key->size() > longest_key || !visible)
        return std::unexpected(
            bad_key("idempotency_key_invalid", "1 to 255 visible ASCII characters make a key"));
    return *key;
}

office::request_keys::KeyedRequest bind(const std::string& actor, const std::string& key,
                                        std::string_view route, const Request& request,
                                        std::string_view body) {
    office::request_keys::KeyedRequest keyed{actor, key, std::string(route), {}};
    std::string text = request.method;
    for (const auto& segment : request.target.segments)
        text += "/" + segment;
    text += '\n';
    if (const std::string* seen = request.headers.find("If-Match"))
        text += *seen;
    text += '\n';
    text += body;
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(keyed.hash.data()),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return keyed;
}

office::request_keys::KeptAnswer kept_of(const Response& response) {
    office::request_keys::KeptAnswer answer;
    answer.status = response.status;
    answer.body = response.body;
    for (const auto& [name, value] : response.headers) {
        if (name == "ETag")
            answer.etag = value;
        if (name == "Location")
            answer.location = value;
    }
    return answer;
}

Response replay(const office::request_keys::KeptAnswer& kept,
                const office::request_keys::KeyedRequest& asked) {
    if (kept.route != asked.route)
        return to_response(
            {422, "idempotency_key_reused", "the key was used on " + kept.route, {}, {}});
    if (kept.hash != asked.hash)
        return to_response(
            {422, "idempotency_key_reused", "the key was used with another path or body", {}, {}});
    Response response;
    response.status = kept.status;
    response.content_type = kept.status >= 400 ? "application/problem+json" : "application/json";
    response.body = kept.body;
    if (!kept.etag.empty())
        response.headers.emplace_back("ETag", kept.etag);
    if (!kept.location.empty())
        response.headers.emplace_back("Location", kept.location);
    response.headers.emplace_back("Idempotency-Replayed", "true");
    return response;
}

}  // namespace cambist::gateway
