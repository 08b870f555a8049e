#pragma once

#include <string_view>

#include "sync/vocabulary/assertion.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::office {

/// The reason whose stored name this is; the office alone writes them, so an unknown one is a
/// fault.
inline Reason reason_of(std::string_view name) {
    for (std::uint8_t at = 0; at <= static_cast<std::uint8_t>(Reason::close_only_account); ++at)
        if (name_of(static_cast<Reason>(at)) == name)
            return static_cast<Reason>(at);
    assertion_failed("a known reason", __FILE__, __LINE__);
}

}  // namespace cambist::office
