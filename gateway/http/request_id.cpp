#include "gateway/http/request_id.hpp"

#include <sodium/randombytes.h>

#include <array>
#include <cstdint>

namespace cambist::gateway {
namespace {

/// Bytes of the system's random source, fetched many at a time; each is given out once.
class RandomBytes {
  public:
    std::uint8_t next() {
        if (used_ == bytes_.size()) {
            randombytes_buf(bytes_.data(), bytes_.size());
            used_ = 0;
        }
        return bytes_[used_++];
    }

  private:
    std::array<std::uint8_t, 4096> bytes_;
    std::size_t used_ = bytes_.size();
};

}  // namespace

std::string random_hexadecimal(std::size_t bytes) {
    thread_local RandomBytes random;
    constexpr char digits[] = "0123456789abcdef";
    std::string text(2 * bytes, '0');
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const std::uint8_t byte = random.next();
        text[at] = digits[byte >> 4];
        text[at + 1] = digits[byte & 15];
    }
    return text;
}

std::string make_request_id() {
    return random_hexadecimal(16);
}

}  // namespace cambist::gateway
