#include "gateway/http/request_id.hpp"

#include <sodium/randombytes.h>

#include <cstdint>
#include <vector>

namespace cambist::gateway {

std::string random_hexadecimal(std::size_t bytes) {
    std::vector<std::uint8_t> random(bytes);
    randombytes_buf(random.data(), random.size());
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const auto byte : random) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string make_request_id() {
    return random_hexadecimal(16);
}

}  // namespace cambist::gateway
