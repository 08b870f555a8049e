#pragma once

#include <cstdint>

#include "plugin/lane.hpp"
#include "sync/messages/records.hpp"

namespace cambist::plugin {

/// One objection of the gate, as the hook leaves it in its lane.
struct Objection {
    std::uint64_t login = 0, actor = 0;
    std::int64_t at_ns = 0;
    std::uint32_t policy_version = 0, action = 0;
    Asked asked = Asked::trade;
    Refusal refusal = Refusal::none;
    bool enforced = false;
};
using ObjectionLane = Lane<sizeof(Objection), 4096>;

}  // namespace cambist::plugin
