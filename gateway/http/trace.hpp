#pragma once

#include <string>
#include <string_view>

#include "gateway/http/message.hpp"

namespace cambist::gateway {

/// The step of ours in a chain of requests that began elsewhere or here (W3C Trace Context).
struct Trace {
    std::string trace_id;  ///< 32 hexadecimal digits, the same along the chain
    std::string span_id;   ///< 16 hexadecimal digits, ours
    std::string flags = "00";

    /// `00-<trace id>-<span id>-<flags>`
    std::string header() const;
};

/// A chain that begins here.
Trace begin_trace();
/// Continues what `traceparent` says; one that is absent, repeated or malformed begins anew.
Trace continue_trace(const Headers& headers);

}  // namespace cambist::gateway
