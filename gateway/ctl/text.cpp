#include "gateway/ctl/text.hpp"

#include <locale.h>
#include <wchar.h>

#include <optional>

namespace cambist::ctl {

namespace {

constexpr std::string_view replacement = "\uFFFD", ellipsis = "…";

/// The widths of characters are the locale's: that of this scope knows Unicode.
class Unicode {
  public:
    Unicode() : before_(uselocale(known())) {}
    ~Unicode() { uselocale(before_); }
    Unicode(Unicode&&) = delete;

  private:
    static locale_t known() {
        static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return unicode;
    }
    locale_t before_;
};

/// One character: its bytes, and its cells when it can be shown.
struct Character {
    std::string_view bytes;
    std::optional<std::size_t> width;
    bool valid = true;
};

/// Marks and overrides of direction: they would reorder what stands around them.
bool turns(wchar_t c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

Character next(std::string_view text) {
    mbstate_t state{};
    wchar_t c = 0;
    const std::size_t length = mbrtowc(&c, text.data(), text.size(), &state);
    if (length == static_cast<std::size_t>(-1) || length == static_cast<std::size_t>(-2))
        return {text.substr(0, 1), std::nullopt, false};
    const int cells = turns(c) ? -1 : wcwidth(c);
    const auto bytes = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || cells < 0)
        return {bytes, std::nullopt};
    return {bytes, static_cast<std::size_t>(cells)};
}

template <typename Visit>
void each_character(std::string_view text, Visit visit) {
    const Unicode unicode;
    while (!text.empty()) {
        const Character character = next(text);
        visit(character);
        text.remove_prefix(character.bytes.size());
    }
}

}  // namespace

std::string printable(std::string_view utf8) {
    std::string shown;
    each_character(utf8, [&](const Character& character) {
        shown += character.width ? character.bytes : replacement;
    });
    return shown;
}

std::size_t width_of(std::string_view utf8) {
    std::size_t width = 0;
    each_character(utf8, [&](const Character& character) { width += character.width.value_or(1); });
    return width;
}

std::string cut(std::string_view utf8, std::size_t width) {
    if (width_of(utf8) <= width)
        return std::string(utf8);
    std::string shown;
    std::size_t used = 0;
    bool full = false;
    each_character(utf8, [&](const Character& character) {
        const std::size_t cells = character.width.value_or(1);
        full = full || used + cells + 1 > width;
        if (full)
            return;
        used += cells;
        shown += character.bytes;
    });
    return width == 0 ? "" : shown + std::string(ellipsis);
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
    std::string lines;
    std::size_t used = indent;
    while (!text.empty()) {
        const auto end = text.find(' ');
        const auto word = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        const std::size_t cells = width_of(word);
        if (used > indent && used + 1 + cells > width) {
            lines += '\n' + std::string(indent, ' ');
            used = indent;
        } else if (used > indent) {
            lines += ' ';
            ++used;
        }
        lines += word;
        used += cells;
    }
    return lines;
}

bool is_utf8(std::string_view text) {
    bool valid = true;
    each_character(text, [&](const Character& character) { valid = valid && character.valid; });
    return valid;
}

}  // namespace cambist::ctl
