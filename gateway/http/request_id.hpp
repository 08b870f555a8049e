#pragma once

#include <string>

namespace cambist::gateway {

/// 32 random hexadecimal characters.
std::string make_request_id();

}  // namespace cambist::gateway
