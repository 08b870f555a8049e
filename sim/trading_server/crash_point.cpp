#include "sim/trading_server/crash_point.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <string_view>

namespace cambist::sim {

namespace {
const char* armed = nullptr;  // written before any other thread runs
std::atomic<int64_t> hits_left{0};
}  // namespace

bool arm_crash_point(const std::string& text) {
    if (text.empty())
        return true;
    const size_t colon = text.find(':');
    const std::string_view name = std::string_view(text).substr(0, colon);
    int64_t hit = 1;
    if (colon != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data() + colon + 1, end, hit);
        if (parsed.ec != std::errc() || parsed.ptr != end || hit < 1)
            return false;
    }
    for (const char* point : kCrashPoints) {
        if (name == point) {
            armed = point;
            hits_left = hit;
            return true;
        }
    }
    return false;
}

void crash_point(const char* name) {
    if (!armed || std::string_view(armed) != name)
        return;
    if (hits_left.fetch_sub(1) == 1)
        kill(getpid(), SIGKILL);
}

}  // namespace cambist::sim
