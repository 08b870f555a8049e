#pragma once

#include <vector>

namespace cambist::office::mirror {

/// One column of rows: what `of` says about each, as the array that unnest takes.
template <class T, class Rows, class Of>
std::vector<T> column(const Rows& rows, Of of) {
    std::vector<T> values;
    values.reserve(rows.size());
    for (const auto& row : rows)
        values.push_back(static_cast<T>(of(row)));
    return values;
}

}  // namespace cambist::office::mirror
