#pragma once

#include "sync/messages/reader.hpp"

namespace cambist {

/// An event takes at least these bytes: the frame, the kind, a fact, no cause, no actor.
constexpr std::size_t least_event_bytes = 7;

/// Reads [kind, fact, cause, actor] and sets the hash of the fact's bytes.
void read_event(Reader& reader, Event& event);

}  // namespace cambist
