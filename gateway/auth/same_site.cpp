#include "gateway/auth/same_site.hpp"

#include <algorithm>

namespace cambist::gateway {
namespace {

Problem csrf() {
    return {403, "csrf", "the request was not written by a page of ours", {}, {}};
}

/// `https://host:port` without its scheme.
std::string_view authority_of(std::string_view origin) {
    const auto slashes = origin.find("://");
    return slashes == std::string_view::npos ? std::string_view() : origin.substr(slashes + 3);
}

bool is_ours(const Headers& headers, const std::string& origin,
             const std::vector<std::string>& origins) {
    if (std::ranges::find(origins, origin) != origins.end())
        return true;
    const std::string* host = headers.find("Host");
    return origins.empty() && host && !host->empty() && authority_of(origin) == *host;
}

}  // namespace

std::optional<Problem> check_origin(const Headers& headers,
                                    const std::vector<std::string>& origins) {
    const std::string* origin = headers.find("Origin");
    if (origin && (headers.count("Origin") != 1 || !is_ours(headers, *origin, origins)))
        return csrf();
    const std::string* site = headers.find("Sec-Fetch-Site");
    if (site && *site != "same-origin")
        return csrf();
    return std::nullopt;
}

std::optional<Problem> check_written_by_us(const Headers& headers, const office::Token& session,
                                           const std::vector<std::string>& origins) {
    if (auto problem = check_origin(headers, origins))
        return problem;
    const std::string* shown = headers.find("X-CSRF-Token");
    if (!shown || headers.count("X-CSRF-Token") != 1 ||
        !office::same_text(*shown, office::csrf_token_of(session)))
        return csrf();
    return std::nullopt;
}

}  // namespace cambist::gateway
