// Named places where a test lets the server die by SIGKILL.
#pragma once

#include <string>

namespace cambist::sim {

/// "point" or "point:n" arms the n-th hit of that point; an empty text arms nothing.
/// @return false when the text names no known point or no positive number.
bool arm_crash_point(const std::string& text);

/// The points, for messages and documentation.
inline constexpr const char* kCrashPoints[] = {
    "before_balance",    "before_deal_event",           "after_deal_event", "before_store_write",
    "after_store_write", "after_balance_before_return", "after_user_add",   "after_user_patch",
};

/// Dies here if this is the armed hit.
void crash_point(const char* name);

}  // namespace cambist::sim
