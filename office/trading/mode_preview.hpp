#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "office/trading/server.hpp"

/// Whose orders the plugin would judge in another mode or scope. Pure.
namespace cambist::office {

/// What the plugin does about the orders of a group.
enum class Judging : std::uint8_t { left_alone, observed, enforced };
constexpr int judging_count = 3;
std::string_view name_of(Judging judging);

Judging judging_of(ServerMode mode, std::span<const std::string> scope, std::string_view group);

/// A group of the trading server and what is in it.
struct GroupCount {
    std::string name;
    std::int64_t accounts = 0, clients = 0;
};

/// A group that would be judged otherwise.
struct GroupChange {
    GroupCount group;
    Judging before = Judging::left_alone, after = Judging::left_alone;
};

struct ModePreview {
    std::array<std::int64_t, judging_count> before{}, after{};  ///< accounts, by Judging
    std::vector<GroupChange> changed;                           ///< in the order of `groups`
};

ModePreview preview_mode(const TradingServer& now, ServerMode mode,
                         std::span<const std::string> scope, std::vector<GroupCount> groups);

}  // namespace cambist::office
