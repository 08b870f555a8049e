#include "office/accounts/person_name.hpp"

#include <string_view>

namespace cambist::office {

namespace {

bool continues_a_letter(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// The bytes of the first letter of UTF-8 text.
std::string_view first_letter(std::string_view word) {
    std::size_t bytes = 1;
    while (bytes < word.size() && continues_a_letter(word[bytes]))
        ++bytes;
    return word.substr(0, bytes);
}

}  // namespace

std::string shown(const PersonName& name, Masking masking) {
    if (masking == Masking::plain)
        return name.as_kept();
    std::string masked;
    std::string_view rest = name.as_kept();
    while (!rest.empty()) {
        const auto word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(word.size() + (word.size() < rest.size() ? 1 : 0));
        if (word.empty())
            continue;
        if (!masked.empty())
            masked += ' ';
        masked.append(first_letter(word)).append("***");
    }
    return masked;
}

}  // namespace cambist::office
