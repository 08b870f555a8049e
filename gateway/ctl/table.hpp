#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cambist::ctl {

/// Where a table is shown.
struct Screen {
    std::size_t width = 0;  ///< cells; 0: as wide as it gets
    bool colour = false;
};

/// Rows under headings; cells are printable text.
struct Table {
    std::vector<std::string> headings;
    std::vector<std::vector<std::string>> rows;
};

/// Lines of equal columns. Numbers stand to the right. What is too wide for the screen is cut where
/// it hurts least: never an id; when that is not enough, the last columns are left out.
std::string rendered(const Table& table, const Screen& screen);

/// The headings that `rendered` leaves out on that screen.
std::vector<std::string> left_out(const Table& table, const Screen& screen);

}  // namespace cambist::ctl
