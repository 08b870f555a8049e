#include "gateway/http/standard_headers.hpp"

namespace cambist::gateway {

std::vector<std::pair<std::string_view, std::string_view>> standard_headers(bool over_tls) {
    std::vector<std::pair<std::string_view, std::string_view>> headers{
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
    };
    if (over_tls)
        headers.emplace_back("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    return headers;
}

}  // namespace cambist::gateway
