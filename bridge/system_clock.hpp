#pragma once

#include <chrono>

#include "sync/vocabulary/instant.hpp"

namespace cambist::bridge {

/// The machine's clock.
class SystemClock final : public Clock {
  public:
    Instant now() const override {
        return {std::chrono::duration_cast<std::chrono::nanoseconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count()};
    }
};

}  // namespace cambist::bridge
