#pragma once

#include <optional>
#include <string>

#include "gateway/http/message.hpp"

namespace cambist::gateway {

/// The last address of X-Forwarded-For: the one that the proxy in front added. Whatever stands
/// before it, the client may have written. Nothing when it is no address.
std::optional<std::string> forwarded_address(const Headers& headers);

}  // namespace cambist::gateway
