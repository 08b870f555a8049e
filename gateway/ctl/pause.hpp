#pragma once

#include <chrono>

namespace cambist::ctl {

/// Waits; nothing else goes on in this program meanwhile.
void pause(std::chrono::milliseconds time);

}  // namespace cambist::ctl
