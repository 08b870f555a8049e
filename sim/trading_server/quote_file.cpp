#include "sim/trading_server/quote_file.hpp"

#include <spdlog/fmt/fmt.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "sim/trading_server/money_math.hpp"

namespace cambist::sim {

namespace {

constexpr int kMostDigits = 8;
constexpr int64_t kMostCrossed = 100;
constexpr size_t kMostProblems = 20;
constexpr size_t kLongestLine = 256;

/// Lines of a file, gzip or not; a line that is too long is cut and reported.
class Lines {
  public:
    explicit Lines(const std::string& path) : file_(gzopen(path.c_str(), "rb"), gzclose) {
        if (!file_)
            throw QuotesInvalid(path + ": cannot be read");
    }

    bool next(std::string_view& line) {
        if (!gzgets(file_.get(), buffer_.data(), static_cast<int>(buffer_.size())))
            return false;
        line = buffer_.data();
        ++number_;
        whole_ = line.ends_with('\n') || gzeof(file_.get());
        for (int rest = 0; !whole_ && rest != '\n' && rest >= 0;)
            rest = gzgetc(file_.get());
        while (line.ends_with('\n') || line.ends_with('\r'))
            line.remove_suffix(1);
        return true;
    }

    bool whole() const { return whole_; }
    size_t number() const { return number_; }
    /// Whether the end is the end, not a damaged gzip stream.
    bool sound() const {
        int error = Z_OK;
        gzerror(file_.get(), &error);
        return error == Z_OK || error == Z_STREAM_END;
    }

  private:
    std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
    std::array<char, kLongestLine> buffer_{};
    size_t number_ = 0;
    bool whole_ = true;
};

/// A tick as it stands in the file; prices carry as many digits as were written.
struct WrittenTick {
    int64_t time_ms = 0;
    std::string_view bid, ask;
};

int digits_of(std::string_view price) {
    const size_t point = price.find('.');
    return point == std::string_view::npos ? 0 : static_cast<int>(price.size() - point - 1);
}

/// @return what is wrong with the line, or nothing
std::string_view parse(std::string_view line, WrittenTick& tick) {
    const size_t first = line.find(',');
    const size_t second = first == line.npos ? line.npos : line.find(',', first + 1);
    if (second == line.npos || line.find(',', second + 1) != line.npos)
        return "must be time_ms,bid,ask";
    const auto time = std::from_chars(line.data(), line.data() + first, tick.time_ms);
    if (time.ec != std::errc() || time.ptr != line.data() + first || tick.time_ms < 0)
        return "time_ms is no whole number";
    tick.bid = line.substr(first + 1, second - first - 1);
    tick.ask = line.substr(second + 1);
    const auto bid = parse_decimal(tick.bid, kMostDigits);
    const auto ask = parse_decimal(tick.ask, kMostDigits);
    if (!bid || *bid == 0)
        return "bid is no positive price";
    if (!ask || *ask == 0)
        return "ask is no positive price";
    // Real feeds cross for an instant by a fraction of a point; more is a damaged line.
    if (*bid - *ask > *ask / kMostCrossed)
        return "bid is far above ask";
    return {};
}

}  // namespace

std::string symbol_of_file(const std::string& path) {
    std::string name = std::filesystem::path(path).filename().string();
    name = name.substr(0, name.find_first_of("-."));
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

QuoteFile read_quote_file(const std::string& path) {
    QuoteFile file;
    file.symbol = symbol_of_file(path);
    Lines lines(path);
    std::vector<std::string> problems;
    int64_t last_ms = 0;
    for (std::string_view line; problems.size() < kMostProblems && lines.next(line);) {
        if (lines.number() == 1 && line == "time_ms,bid,ask")
            continue;
        WrittenTick tick;
        std::string_view wrong = lines.whole() ? parse(line, tick) : "is too long";
        if (wrong.empty() && tick.time_ms < last_ms)
            wrong = "time_ms goes back";
        if (!wrong.empty()) {
            problems.push_back(fmt::format("{}:{}: {}", path, lines.number(), wrong));
            continue;
        }
        last_ms = tick.time_ms;
        file.price_digits = std::max({file.price_digits, digits_of(tick.bid), digits_of(tick.ask)});
        file.ticks.push_back({tick.time_ms, *parse_decimal(tick.bid, kMostDigits),
                              *parse_decimal(tick.ask, kMostDigits)});
    }
    if (!lines.sound())
        problems.push_back(fmt::format("{}:{}: the gzip stream is damaged", path, lines.number()));
    if (problems.empty() && file.ticks.empty())
        problems.push_back(fmt::format("{}:1: there is no tick", path));
    if (!problems.empty())
        throw QuotesInvalid(fmt::format("{}", fmt::join(problems, "\n")));
    const int64_t start_ms = file.ticks.front().time_ms;
    const int64_t scale = power_of_ten(kMostDigits - file.price_digits);
    for (Tick& tick : file.ticks) {
        tick.time_ms -= start_ms;
        tick.bid /= scale;
        tick.ask /= scale;
    }
    return file;
}

std::vector<std::string> quote_files_in(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        if (!std::filesystem::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::string> inside;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            const std::string name = entry.path().string();
            if (name.ends_with(".csv") || name.ends_with(".csv.gz"))
                inside.push_back(name);
        }
        std::ranges::sort(inside);
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

}  // namespace cambist::sim
