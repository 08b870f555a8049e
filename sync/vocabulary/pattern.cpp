#include "sync/vocabulary/pattern.hpp"

namespace cambist {

bool matches(std::string_view pattern, std::string_view name) {
    std::size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

bool in_scope(std::span<const std::string> patterns, std::string_view group) {
    bool inside = false;
    for (std::string_view pattern : patterns) {
        const bool excludes = pattern.starts_with('!');
        if (matches(excludes ? pattern.substr(1) : pattern, group))
            inside = !excludes;
    }
    return inside;
}

}  // namespace cambist
