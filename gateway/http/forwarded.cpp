#include "gateway/http/forwarded.hpp"

#include <arpa/inet.h>

#include <string_view>

namespace cambist::gateway {

std::optional<std::string> forwarded_address(const Headers& headers) {
    const std::string* last = nullptr;
    for (const auto& [name, value] : headers.fields())
        if (is_same_field(name, "X-Forwarded-For"))
            last = &value;
    if (!last)
        return std::nullopt;
    const auto begin = last->find_last_of(", \t");
    const std::string address = last->substr(begin == std::string::npos ? 0 : begin + 1);
    in6_addr parsed;  // large enough for both
    if (inet_pton(AF_INET, address.c_str(), &parsed) != 1 &&
        inet_pton(AF_INET6, address.c_str(), &parsed) != 1)
        return std::nullopt;
    return address;
}

}  // namespace cambist::gateway
