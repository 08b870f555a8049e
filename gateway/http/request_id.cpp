#include "gateway/http/request_id.hpp"

#include <sodium/randombytes.h>

#include <array>
#include <cstdint>

namespace cambist::gateway {

std::string make_request_id() {
    std::array<std::uint8_t, 16> bytes;
    randombytes_buf(bytes.data(), bytes.size());
    constexpr char digits[] = "0123456789abcdef";
    std::string id;
    for (const auto byte : bytes) {
        id += digits[byte >> 4];
        id += digits[byte & 15];
    }
    return id;
}

}  // namespace cambist::gateway
