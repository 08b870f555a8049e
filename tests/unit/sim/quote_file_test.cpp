#include "sim/trading_server/quote_file.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

namespace cambist::sim {
namespace {

class QuoteFiles : public testing::Test {
  protected:
    QuoteFiles()
        : folder(std::filesystem::temp_directory_path() /
                 ("quote-files-" + std::to_string(getpid()))) {
        std::filesystem::create_directories(folder);
    }
    ~QuoteFiles() override { std::filesystem::remove_all(folder); }

    std::string file(const std::string& name, const std::string& text) {
        const std::string path = folder / name;
        std::ofstream(path) << text;
        return path;
    }

    std::string refusal(const std::string& text) {
        const std::string path = file("eurusd-bad.csv", text);
        try {
            read_quote_file(path);
        } catch (const QuotesInvalid& invalid) {
            const std::string what = invalid.what();
            return what.starts_with(path) ? what.substr(path.size()) : what;
        }
        return "taken";
    }

    std::filesystem::path folder;
};

TEST_F(QuoteFiles, the_symbol_is_the_name_before_the_dash) {
    EXPECT_EQ(symbol_of_file("/somewhere/eurusd-2014-05-08.csv.gz"), "EURUSD");
    EXPECT_EQ(symbol_of_file("xau.csv"), "XAU");
}

TEST_F(QuoteFiles, ticks_count_from_the_first) {
    const auto read = read_quote_file(
        file("eurusd-x.csv", "time_ms,bid,ask\n1000,1.39147,1.3915\n1264,1.39,1.40\n"));
    EXPECT_EQ(read.price_digits, 5);
    ASSERT_EQ(read.ticks.size(), 2u);
    EXPECT_EQ(read.ticks[0].time_ms, 0);
    EXPECT_EQ(read.ticks[0].ask, 139'150);
    EXPECT_EQ(read.ticks[1].time_ms, 264);
    EXPECT_EQ(read.ticks[1].bid, 139'000);
}

TEST_F(QuoteFiles, gzip_is_read_as_it_is) {
    const std::string path = folder / "usdjpy-x.csv.gz";
    gzFile out = gzopen(path.c_str(), "wb");
    gzputs(out, "time_ms,bid,ask\n5,91.653,91.655\n");
    gzclose(out);
    EXPECT_EQ(read_quote_file(path).ticks.at(0).bid, 91'653);
}

TEST_F(QuoteFiles, a_damaged_gzip_stream_is_named) {
    const std::string path = folder / "usdjpy-y.csv.gz";
    gzFile out = gzopen(path.c_str(), "wb");
    for (int i = 0; i < 5'000; ++i)
        gzprintf(out, "%d,91.%03d,92.001\n", i, i % 1'000);
    gzclose(out);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    EXPECT_THROW(read_quote_file(path), QuotesInvalid);
}

TEST_F(QuoteFiles, bad_lines_are_named_by_file_and_number) {
    EXPECT_EQ(refusal("time_ms,bid,ask\n1,1.2,1.3\n2,x,1.3\n"), ":3: bid is no positive price");
    EXPECT_EQ(refusal("1,1.2\n"), ":1: must be time_ms,bid,ask");
    EXPECT_EQ(refusal("1,1.2,1.3,1.4\n"), ":1: must be time_ms,bid,ask");
    EXPECT_EQ(refusal("-1,1.2,1.3\n"), ":1: time_ms is no whole number");
    EXPECT_EQ(refusal("1,1.2,0\n"), ":1: ask is no positive price");
    EXPECT_EQ(refusal("1,1.2,-1.3\n"), ":1: ask is no positive price");
    EXPECT_EQ(refusal("1,1.5,1.3\n"), ":1: bid is far above ask");
    EXPECT_EQ(refusal("2,1.2,1.3\n1,1.2,1.3\n"), ":2: time_ms goes back");
    EXPECT_EQ(refusal("1,1.2,1.3\n\n"), ":2: must be time_ms,bid,ask");
    EXPECT_EQ(refusal(std::string(300, '1')), ":1: is too long");
    EXPECT_EQ(refusal(""), ":1: there is no tick");
    EXPECT_EQ(refusal("time_ms,bid,ask\n"), ":1: there is no tick");
}

TEST_F(QuoteFiles, a_missing_file_is_named) {
    EXPECT_THROW(read_quote_file(folder / "none.csv"), QuotesInvalid);
}

TEST_F(QuoteFiles, a_folder_stands_for_its_files) {
    file("b.csv", "");
    file("a.csv", "");
    file("c.txt", "");
    EXPECT_EQ(quote_files_in({folder}),
              (std::vector<std::string>{folder / "a.csv", folder / "b.csv"}));
}

}  // namespace
}  // namespace cambist::sim
