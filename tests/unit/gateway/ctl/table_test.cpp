#include "gateway/ctl/table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "gateway/ctl/text.hpp"

namespace cambist::ctl {
namespace {

const Table people{.headings = {"name", "balance", "note"},
                   .rows = {{"Ada", "10.00 USD", "first"}, {"艾达", "-2500.50 USD", "-"}}};

TEST(Tables, are_aligned_by_cells_and_figures_stand_to_the_right) {
    EXPECT_EQ(rendered(people, {}),
              "name       balance  note\n"
              "Ada      10.00 USD  first\n"
              "艾达  -2500.50 USD  -\n");
}

TEST(Tables, without_rows_still_name_their_columns) {
    EXPECT_EQ(rendered({.headings = {"id", "name"}, .rows = {}}, {}), "id  name\n");
    EXPECT_EQ(rendered({}, {}), "");
}

TEST(Tables, cut_long_text_on_a_narrow_screen_but_no_id_and_no_figure) {
    const Table table{.headings = {"id", "note", "sum"},
                      .rows = {{"5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10",
                                "a note that is much too long", "1234567890"}}};
    EXPECT_EQ(rendered(table, {.width = 62}),
              "id                                    note                 sum\n"
              "5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10  a note that…  1234567890\n");
}

TEST(Tables, leave_out_the_last_columns_when_cutting_is_not_enough) {
    EXPECT_EQ(rendered(people, {.width = 10}), "name\nAda\n艾达\n");
    EXPECT_EQ(left_out(people, {.width = 10}), (std::vector<std::string>{"balance", "note"}));
    EXPECT_TRUE(left_out(people, {.width = 80}).empty());
}

TEST(Tables, are_coloured_only_when_asked) {
    EXPECT_TRUE(rendered(people, {.colour = true}).starts_with("\033[1mname"));
    EXPECT_FALSE(rendered(people, {}).contains('\033'));
}

RC_GTEST_PROP(Tables, never_are_wider_than_the_screen, ()) {
    const auto columns = *rc::gen::inRange<std::size_t>(1, 6);
    const auto text = rc::gen::map(rc::gen::string<std::string>(),
                                   [](const std::string& any) { return printable(any); });
    const auto row = rc::gen::container<std::vector<std::string>>(columns, text);
    Table table{.headings = *row, .rows = *rc::gen::container<decltype(Table::rows)>(row)};
    const auto width = *rc::gen::inRange<std::size_t>(1, 60);
    std::istringstream lines(rendered(table, {.width = width}));
    for (std::string line; std::getline(lines, line);)
        RC_ASSERT(width_of(line) <= width);
}

}  // namespace
}  // namespace cambist::ctl
