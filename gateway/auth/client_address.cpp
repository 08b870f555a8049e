#include "gateway/auth/client_address.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <ranges>

namespace cambist::gateway {
namespace {

bool is_trusted(std::string_view address, const ProxyTrust& trust) {
    return std::ranges::find(trust.addresses, address) != trust.addresses.end();
}

/// The address in its one written form, or empty.
std::string address_in(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    boost::system::error_code wrong;
    const auto address = boost::asio::ip::make_address(std::string(text), wrong);
    return wrong ? std::string() : address.to_string();
}

}  // namespace

std::string client_address(const Request& request, const ProxyTrust& trust) {
    if (!is_trusted(request.peer, trust))
        return request.peer;
    std::string nearest = request.peer;
    std::vector<std::string> hops;
    for (const auto& [name, value] : request.headers.fields())
        if (is_same_field(name, "X-Forwarded-For"))
            for (const auto part : std::views::split(value, ','))
                hops.push_back(address_in(std::string_view(part.begin(), part.end())));
    for (const auto& hop : std::views::reverse(hops)) {
        if (hop.empty())
            break;
        nearest = hop;
        if (!is_trusted(hop, trust))
            break;
    }
    return nearest;
}

std::string client_country(const Request& request, const ProxyTrust& trust) {
    if (trust.country_header.empty() || !is_trusted(request.peer, trust))
        return "";
    const std::string* country = request.headers.find(trust.country_header);
    const bool fits = country && request.headers.count(trust.country_header) == 1 &&
                      country->size() == 2 &&
                      std::ranges::all_of(*country, [](char c) { return c >= 'A' && c <= 'Z'; });
    return fits ? *country : "";
}

}  // namespace cambist::gateway
