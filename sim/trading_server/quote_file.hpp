// Tick files: `time_ms,bid,ask` lines, plain or gzip, one symbol a file.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace cambist::sim {

struct Tick {
    int64_t time_ms = 0;  ///< since the file's first tick
    int64_t bid = 0;      ///< 10^-price_digits
    int64_t ask = 0;
};

struct QuoteFile {
    std::string symbol;
    int price_digits = 0;
    std::vector<Tick> ticks;
};

/// Lines that are no ticks, named by file and number: all that were found, at most twenty.
struct QuotesInvalid : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The part of the file name before the first '-' or '.', in upper case.
std::string symbol_of_file(const std::string& path);

/// Throws QuotesInvalid; nothing of a file with a bad line is used.
QuoteFile read_quote_file(const std::string& path);

/// A folder stands for the .csv and .csv.gz files in it, by name.
std::vector<std::string> quote_files_in(const std::vector<std::string>& paths);

}  // namespace cambist::sim
