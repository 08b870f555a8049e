#include "gateway/ctl/table.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "gateway/ctl/text.hpp"
#include "gateway/ctl/value.hpp"

namespace cambist::ctl {

namespace {

constexpr std::size_t gap = 2, narrowest = 8;

/// "-12.34", "-12.34 USD" and nothing else.
bool is_figure(std::string_view cell) {
    if (cell.size() > 4 && cell[cell.size() - 4] == ' ' &&
        std::ranges::all_of(cell.substr(cell.size() - 3),
                            [](unsigned char c) { return std::isupper(c); }))
        cell.remove_suffix(4);
    return !cell.empty() && cell.find_first_not_of("0123456789.-") == cell.npos;
}

/// How one column is shown.
struct Column {
    std::size_t width = 0;
    bool to_the_right = true, whole = false;
};

Column column_of(const Table& table, std::size_t index) {
    Column column;
    column.width = width_of(table.headings[index]);
    for (const auto& row : table.rows) {
        const auto& cell = row[index];
        column.width = std::max(column.width, width_of(cell));
        column.to_the_right = column.to_the_right && (cell == "-" || is_figure(cell));
        column.whole = column.whole || is_uuid(cell);
    }
    return column;
}

std::size_t total(const std::vector<Column>& columns) {
    return std::accumulate(columns.begin(), columns.end(), gap * (columns.size() - 1),
                           [](std::size_t sum, const Column& each) { return sum + each.width; });
}

/// Narrows the widest text column by a cell; false when none can be.
bool narrow(std::vector<Column>& columns) {
    Column* widest = nullptr;
    for (Column& column : columns) {
        const bool can = !column.whole && !column.to_the_right && column.width > narrowest;
        if (can && (widest == nullptr || column.width > widest->width))
            widest = &column;
    }
    if (widest == nullptr)
        return false;
    --widest->width;
    return true;
}

/// Columns that fit, the last ones left out if need be.
std::vector<Column> fitted(const Table& table, const Screen& screen) {
    std::vector<Column> columns;
    for (std::size_t index = 0; index < table.headings.size(); ++index)
        columns.push_back(column_of(table, index));
    if (screen.width == 0)
        return columns;
    auto natural = columns;
    while (total(columns) > screen.width) {
        if (narrow(columns))
            continue;
        if (columns.size() == 1) {
            columns[0].width = screen.width;
            break;
        }
        natural.pop_back();
        columns = natural;
    }
    return columns;
}

std::string line(const std::vector<std::string>& cells, const std::vector<Column>& columns) {
    std::string text;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const Column& column = columns[index];
        const std::string cell = cut(cells[index], column.width);
        const std::string blanks(column.width - std::min(column.width, width_of(cell)), ' ');
        text += index == 0 ? "" : std::string(gap, ' ');
        text += column.to_the_right ? blanks + cell : cell + blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

}  // namespace

std::string rendered(const Table& table, const Screen& screen) {
    if (table.headings.empty())
        return "";
    const auto columns = fitted(table, screen);
    const std::string heading = line(table.headings, columns);
    std::string text = screen.colour ? "\033[1m" + heading + "\033[0m\n" : heading + "\n";
    for (const auto& row : table.rows)
        text += line(row, columns) + "\n";
    return text;
}

std::vector<std::string> left_out(const Table& table, const Screen& screen) {
    const auto shown = fitted(table, screen).size();
    return {table.headings.begin() + static_cast<std::ptrdiff_t>(shown), table.headings.end()};
}

}  // namespace cambist::ctl
