#pragma once

#include <random>

#include "sync/messages/messages.hpp"

namespace cambist::testing {

/// Any message that may be sent, all kinds alike often, numbers of every width, lists of up to
/// `most_elements` elements.
Message random_message(std::mt19937_64& random, std::size_t most_elements = 4);

/// Any event, all kinds alike often.
Event random_event(std::mt19937_64& random);

/// A deal with typical values: what the hot path carries.
Event typical_deal(std::uint64_t ticket);

}  // namespace cambist::testing
