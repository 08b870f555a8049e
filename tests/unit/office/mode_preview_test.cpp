#include "office/trading/mode_preview.hpp"

#include <gtest/gtest.h>

namespace cambist::office {
namespace {

using enum Judging;

TradingServer observing_real() {
    TradingServer server;
    server.mode = ServerMode::observe;
    server.scope = {"real\\*"};
    return server;
}

const std::vector<GroupCount> groups{
    {"demo\\usd", 5, 4}, {"real\\eur", 2, 2}, {"real\\test", 1, 1}, {"real\\usd", 3, 2}};

TEST(ModePreview, counts_the_accounts_by_what_is_done_about_them) {
    const std::vector<std::string> scope{"real\\*", "!real\\test"};
    const auto preview = preview_mode(observing_real(), ServerMode::enforce, scope, groups);
    EXPECT_EQ(preview.before, (std::array<std::int64_t, 3>{5, 6, 0}));
    EXPECT_EQ(preview.after, (std::array<std::int64_t, 3>{6, 0, 5}));
}

TEST(ModePreview, names_the_groups_that_would_be_judged_otherwise) {
    const std::vector<std::string> scope{"*", "!real\\test"};
    const auto preview = preview_mode(observing_real(), ServerMode::observe, scope, groups);
    ASSERT_EQ(preview.changed.size(), 2U);
    EXPECT_EQ(preview.changed[0].group.name, "demo\\usd");
    EXPECT_EQ(preview.changed[0].before, left_alone);
    EXPECT_EQ(preview.changed[0].after, observed);
    EXPECT_EQ(preview.changed[1].group.name, "real\\test");
    EXPECT_EQ(preview.changed[1].before, observed);
    EXPECT_EQ(preview.changed[1].after, left_alone);
}

TEST(ModePreview, of_what_is_so_already_changes_nothing) {
    const auto now = observing_real();
    EXPECT_TRUE(preview_mode(now, now.mode, now.scope, groups).changed.empty());
}

}  // namespace
}  // namespace cambist::office
