#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "sync/messages/messages.hpp"

namespace cambist {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// Appends one frame. Never fails: a message holds only what fits.
void encode(const Message& message, Bytes& out);

/// Reads exactly one frame of at most max_frame_bytes: version, kind, exact arity, types, ranges,
/// UTF-8, counts and depth are checked before anything is allocated for them.
std::expected<Message, FrameError> decode(ByteView frame);

/// Appends one event in the form that an EventBatch carries and returns the hash of its fact.
/// The journal keeps these bytes; no allocation when `out` has room.
std::uint64_t encode_event(const Event& event, Bytes& out);

/// Appends an EventBatch frame whose events are already encoded, back to back, in `events`.
void encode_batch(std::uint64_t epoch, std::uint64_t first_seq, std::uint32_t count,
                  ByteView events, Bytes& out);

/// 64-bit hash of encoded bytes, the same on every machine; not for adversaries.
std::uint64_t hash_of(ByteView bytes);

}  // namespace cambist
