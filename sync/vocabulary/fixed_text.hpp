#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace cambist {

/// Text of at most `Capacity` bytes held in place, NUL padded: copyable into rings without
/// allocation. Longer input is cut.
template <std::size_t Capacity>
struct FixedText {
    char bytes[Capacity] = {};

    constexpr FixedText() = default;
    constexpr FixedText(std::string_view text) {
        std::copy_n(text.begin(), std::min(text.size(), Capacity), bytes);
    }
    constexpr std::string_view view() const {
        const char* end = std::find(bytes, bytes + Capacity, '\0');
        return {bytes, static_cast<std::size_t>(end - bytes)};
    }
    static constexpr std::size_t capacity() { return Capacity; }
    friend constexpr bool operator==(const FixedText& a, const FixedText& b) {
        return a.view() == b.view();
    }
};

}  // namespace cambist
