#pragma once

namespace cambist {

/// Ends the process with file, line and condition: for programmer errors only, on in every build.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace cambist

#define CAMBIST_ASSERT(condition) \
    ((condition) ? void() : ::cambist::assertion_failed(#condition, __FILE__, __LINE__))
