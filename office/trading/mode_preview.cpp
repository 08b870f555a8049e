#include "office/trading/mode_preview.hpp"

#include <utility>

#include "sync/vocabulary/pattern.hpp"

namespace cambist::office {

std::string_view name_of(Judging judging) {
    constexpr std::string_view names[judging_count] = {"left_alone", "observed", "enforced"};
    return names[static_cast<std::size_t>(judging)];
}

Judging judging_of(ServerMode mode, std::span<const std::string> scope, std::string_view group) {
    if (!in_scope(scope, group))
        return Judging::left_alone;
    return mode == ServerMode::enforce ? Judging::enforced : Judging::observed;
}

ModePreview preview_mode(const TradingServer& now, ServerMode mode,
                         std::span<const std::string> scope, std::vector<GroupCount> groups) {
    ModePreview preview;
    for (GroupCount& group : groups) {
        const Judging before = judging_of(now.mode, now.scope, group.name);
        const Judging after = judging_of(mode, scope, group.name);
        preview.before[static_cast<std::size_t>(before)] += group.accounts;
        preview.after[static_cast<std::size_t>(after)] += group.accounts;
        if (before != after)
            preview.changed.push_back({std::move(group), before, after});
    }
    return preview;
}

}  // namespace cambist::office
