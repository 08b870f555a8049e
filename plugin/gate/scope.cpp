#include "plugin/gate/scope.hpp"

#include "sync/vocabulary/pattern.hpp"

namespace cambist::plugin {

Scope::Scope() {
    replace({});
}

void Scope::replace(std::vector<std::string> patterns) {
    if (!kept_.empty() && *kept_.back() == patterns)
        return;
    kept_.push_back(std::make_unique<const std::vector<std::string>>(std::move(patterns)));
    patterns_.store(kept_.back().get(), std::memory_order_release);
    forget_cached();
}

// A cached answer is {group id 32 bits, generation 31, inside 1}. The generation is read before the
// patterns, so that an answer from older patterns is never filed under a newer generation.
bool Scope::contains(std::uint32_t group_id, std::string_view group) const noexcept {
    const std::uint32_t generation = generation_.load(std::memory_order_acquire) & 0x7fffffff;
    const std::uint64_t key = std::uint64_t(group_id) << 32 | std::uint64_t(generation) << 1;
    std::atomic<std::uint64_t>& place = cache_[group_id % cached];
    const std::uint64_t held = place.load(std::memory_order_relaxed);
    if ((held & ~std::uint64_t(1)) == key)
        return held & 1;
    const bool inside = in_scope(*patterns_.load(std::memory_order_acquire), group);
    place.store(key | std::uint64_t(inside), std::memory_order_relaxed);
    return inside;
}

}  // namespace cambist::plugin
