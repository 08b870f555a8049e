#pragma once

#include <cstddef>
#include <string>

namespace cambist::gateway {

/// Random bytes, two characters each.
std::string random_hexadecimal(std::size_t bytes);

/// 32 random hexadecimal characters.
std::string make_request_id();

}  // namespace cambist::gateway
