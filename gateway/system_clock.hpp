#pragma once

#include <chrono>

#include "sync/vocabulary/instant.hpp"

namespace cambist::gateway {

/// The clock of the machine.
class SystemClock : public Clock {
  public:
    Instant now() const override {
        const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
        return {std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
    }
};

}  // namespace cambist::gateway
