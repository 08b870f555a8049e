#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace cambist::gateway {

/// What every answer says to browsers and caches on the way, refusals of framing included: keep
/// nothing, guess nothing, show it in no frame; over TLS also: come back over TLS alone.
std::vector<std::pair<std::string_view, std::string_view>> standard_headers(bool over_tls);

}  // namespace cambist::gateway
