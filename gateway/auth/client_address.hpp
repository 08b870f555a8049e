#pragma once

#include <string>
#include <vector>

#include "gateway/http/message.hpp"

namespace cambist::gateway {

/// Who stands in front of the gateway and may say for whom it asks.
struct ProxyTrust {
    std::vector<std::string> addresses;  ///< of the proxies; their X-Forwarded-For is believed
    std::string country_header;  ///< where they put the client's country (ISO 3166); empty: nowhere
};

/// The client's address: the last one in X-Forwarded-For that is no trusted proxy's, when the other
/// end is one; otherwise the other end itself, whatever the header says.
std::string client_address(const Request& request, const ProxyTrust& trust);

/// Two capital letters as a trusted proxy says; empty when nobody who may be believed says it.
std::string client_country(const Request& request, const ProxyTrust& trust);

}  // namespace cambist::gateway
