#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cambist::plugin {

/// Which groups are judged. Answers come from a small cache by group id; a miss matches the
/// patterns, which allocates nothing. One writer; replaced pattern lists are kept, since a hook may
/// still read them.
class Scope {
  public:
    Scope();

    /// Replaces the patterns. One writer only.
    void replace(std::vector<std::string> patterns);
    /// A group was renamed: cached answers are void.
    void forget_cached() { generation_.fetch_add(1, std::memory_order_release); }
    bool contains(std::uint32_t group_id, std::string_view group) const noexcept;

  private:
    static constexpr std::size_t cached = 1024;

    std::vector<std::unique_ptr<const std::vector<std::string>>> kept_;
    std::atomic<const std::vector<std::string>*> patterns_;
    std::atomic<std::uint32_t> generation_{1};
    mutable std::array<std::atomic<std::uint64_t>, cached> cache_{};
};

}  // namespace cambist::plugin
