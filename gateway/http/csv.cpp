#include "gateway/http/csv.hpp"

namespace cambist::gateway {
namespace {

constexpr std::string_view begins_a_formula = "=+-@\t\r", needs_quotes = "\",\r\n";

void append_cell(std::string& line, std::string_view cell) {
    std::string text;
    if (!cell.empty() && begins_a_formula.contains(cell.front()))
        text += '\'';
    text += cell;
    if (text.find_first_of(needs_quotes) == std::string::npos) {
        line += text;
        return;
    }
    line += '"';
    for (const char c : text)
        line.append(c == '"' ? 2 : 1, c);
    line += '"';
}

}  // namespace

std::string csv_line(std::initializer_list<std::string_view> cells) {
    std::string line;
    bool first = true;
    for (const std::string_view cell : cells) {
        if (!first)
            line += ',';
        first = false;
        append_cell(line, cell);
    }
    return line + "\r\n";
}

}  // namespace cambist::gateway
