#include "gateway/ctl/text.hpp"

#include <gtest/gtest.h>

namespace cambist::ctl {
namespace {

TEST(Text, counts_the_cells_of_a_terminal) {
    EXPECT_EQ(width_of("Ada"), 3u);
    EXPECT_EQ(width_of("Müller"), 6u);
    EXPECT_EQ(width_of("艾达"), 4u);
    EXPECT_EQ(width_of("e\u0301"), 1u) << "a combining accent";
    EXPECT_EQ(width_of(""), 0u);
}

TEST(Text, is_cut_between_characters) {
    EXPECT_EQ(cut("Lovelace", 8), "Lovelace");
    EXPECT_EQ(cut("Lovelace", 5), "Love…");
    EXPECT_EQ(cut("艾达艾达", 6), "艾达…");
    EXPECT_EQ(cut("Lovelace", 1), "…");
    EXPECT_EQ(cut("Lovelace", 0), "");
}

TEST(Text, shows_nothing_that_moves_the_cursor_or_turns_the_writing) {
    EXPECT_EQ(printable("a\x1b[31mb"), "a\uFFFD[31mb");
    EXPECT_EQ(printable("a\nb\tc"), "a\uFFFDb\uFFFDc");
    EXPECT_EQ(printable("a\u202Eb\u2066c"), "a\uFFFDb\uFFFDc");
    EXPECT_EQ(printable("a\u009Bb"), "a\uFFFDb") << "the one-byte escape of old terminals";
    EXPECT_EQ(printable("a\xff\xfe"), "a\uFFFD\uFFFD");
    EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\uFFFDb");
    EXPECT_EQ(printable("Zoë 艾达"), "Zoë 艾达");
}

TEST(Text, knows_utf8) {
    EXPECT_TRUE(is_utf8("Zoë 艾达\n"));
    EXPECT_TRUE(is_utf8(""));
    EXPECT_FALSE(is_utf8("\xff"));
    EXPECT_FALSE(is_utf8("Zo\xc3"));
}

TEST(Text, is_wrapped_at_blanks) {
    EXPECT_EQ(wrapped("one two three", 0, 8), "one two\nthree");
    EXPECT_EQ(wrapped("one two three", 2, 9), "one two\n  three");
    EXPECT_EQ(wrapped("a-very-long-word b", 0, 5), "a-very-long-word\nb");
    EXPECT_EQ(wrapped("", 0, 5), "");
}

}  // namespace
}  // namespace cambist::ctl
