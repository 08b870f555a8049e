#include "gateway/ctl/sheet.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace cambist::ctl {
namespace {

using boost::json::parse;

TEST(Cells, show_every_kind_of_value) {
    EXPECT_EQ(cell_of(parse("null")), "-");
    EXPECT_EQ(cell_of(parse(R"("")")), "-");
    EXPECT_EQ(cell_of(parse("true")), "true");
    EXPECT_EQ(cell_of(parse("12")), "12");
    EXPECT_EQ(cell_of(parse(R"({"amount":"12.30","currency":"USD"})")), "12.30 USD");
    EXPECT_EQ(cell_of(parse(R"(["a","b"])")), "a, b");
    EXPECT_EQ(cell_of(parse("[]")), "-");
    EXPECT_EQ(cell_of(parse(R"({"x":1})")), R"({"x":1})");
    EXPECT_EQ(cell_of(parse(R"("a\u001b[2J")")), "a\uFFFD[2J");
}

const auto items = parse(R"([{"id":"1","person":{"name":"Ada"},"tags":["x"],"n":1},
                             {"id":"2","person":{"name":"Zoë"},"tags":[]}])");

TEST(Sheets, a_table_takes_columns_by_dots) {
    const Table table = table_of(items.as_array(), {"person.name", "tags", "n"});
    EXPECT_EQ(table.rows,
              (std::vector<std::vector<std::string>>{{"Ada", "x", "1"}, {"Zoë", "-", "-"}}));
}

TEST(Sheets, a_table_without_columns_shows_what_is_plain) {
    EXPECT_EQ(table_of(items.as_array(), {}).headings, (std::vector<std::string>{"id", "n"}));
}

TEST(Sheets, a_column_that_no_item_has_is_named) {
    EXPECT_EQ(unknown_column(items.as_array(), {"id", "person.nam"}), "person.nam");
    EXPECT_FALSE(unknown_column(items.as_array(), {"id", "n"}));
    EXPECT_FALSE(unknown_column({}, {"anything"})) << "an empty list says nothing";
}

TEST(Sheets, an_object_is_names_and_values_with_its_lists_below) {
    const auto value = parse(R"({"id":"1","money":{"amount":"1","currency":"USD"},
        "policy":{"rights":["open"],"at":null},"holds":[{"id":"7"},{"id":"8"}]})");
    EXPECT_EQ(sheet_of(value, {}),
              "id             1\n"
              "money          1 USD\n"
              "policy.rights  open\n"
              "policy.at      -\n"
              "\n"
              "holds:\n"
              "id\n"
              " 7\n"
              " 8\n");
}

TEST(Sheets, a_value_that_is_no_object_is_a_line) {
    EXPECT_EQ(sheet_of(parse(R"("word")"), {}), "word\n");
}

}  // namespace
}  // namespace cambist::ctl
