// The plugin's side of the border: which thread may call what, and how refusals become statuses.
#pragma once

#include <cstring>
#include <string>

#include "sim/trading_server/host_api.hpp"

struct ctsp_host {
    explicit ctsp_host(cambist::sim::HostParts of) : parts(of) {}
    cambist::sim::HostParts parts;
    std::atomic<bool> closed{false};
};

namespace cambist::sim {

/// CTSP_OK on a worker; a hook or event may ask about the login that it is about, if
/// `login_in_hooks` is not 0.
ctsp_status may_call(ctsp_host* host, const char* function, uint64_t login_in_hooks = 0);

ctsp_status status_of(const Refused& refused);

/// Copies a record into the caller's, whose `size` says how much of it the caller knows.
template <class Record>
void hand_out(const Record& from, Record* to) {
    const uint32_t size = to->size == 0 || to->size > sizeof from ? sizeof from : to->size;
    std::memcpy(static_cast<void*>(to), &from, size);
    to->size = size;
}

void offer_reads(ctsp_host_api& table);
void offer_walks(ctsp_host_api& table);
void offer_operations(ctsp_host_api& table);

}  // namespace cambist::sim
