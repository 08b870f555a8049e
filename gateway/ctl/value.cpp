#include "gateway/ctl/value.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <charconv>

namespace cambist::ctl {

namespace {

namespace json = boost::json;
using Value = std::expected<json::value, std::string>;

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "-12.34": as money is sent.
bool is_amount(std::string_view text) {
    if (text.starts_with('-'))
        text.remove_prefix(1);
    const auto dot = text.find('.');
    const auto whole = text.substr(0, dot);
    return is_digits(whole) && (whole == "0" || whole[0] != '0') &&
           (dot == text.npos || is_digits(text.substr(dot + 1)));
}

Value money(std::string_view word) {
    const auto blank = word.find(' ');
    if (blank == word.npos || !is_amount(word.substr(0, blank)) || blank + 1 == word.size() ||
        word.find(' ', blank + 1) != word.npos)
        return std::unexpected("money is written \"12.34 USD\"");
    return json::object{{"amount", word.substr(0, blank)}, {"currency", word.substr(blank + 1)}};
}

Value integer(const Field& field, std::string_view word) {
    std::int64_t value = 0;
    const auto end = word.data() + word.size();
    const auto read = std::from_chars(word.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end)
        return std::unexpected("is not a whole number");
    if (value < field.minimum)
        return std::unexpected("must not be less than " + std::to_string(field.minimum));
    if (value > field.maximum)
        return std::unexpected("must not be more than " + std::to_string(field.maximum));
    return value;
}

Value any_json(std::string_view word, bool number) {
    boost::system::error_code wrong;
    auto value = json::parse(word, wrong);
    if (wrong)
        return std::unexpected(number ? "is not a number" : "is not JSON: " + wrong.message());
    if (number && !value.is_number())
        return std::unexpected("is not a number");
    return value;
}

Value word_or_text(const Field& field, std::string_view word) {
    if (!field.words.empty() && std::ranges::find(field.words, word) == field.words.end()) {
        std::string known;
        for (const auto& allowed : field.words)
            known += (known.empty() ? "" : ", ") + std::string(allowed);
        return std::unexpected("is one of " + known);
    }
    if (field.format == "uuid" && !is_uuid(word))
        return std::unexpected("is not a UUID");
    return json::value(word);
}

}  // namespace

bool is_uuid(std::string_view text) {
    if (text.size() != 36)
        return false;
    for (std::size_t place = 0; place < text.size(); ++place) {
        const bool dash = place == 8 || place == 13 || place == 18 || place == 23;
        if (dash ? text[place] != '-' : !std::isxdigit(static_cast<unsigned char>(text[place])))
            return false;
    }
    return true;
}

Value value_of(const Field& field, std::string_view word) {
    if (field.nullable && word == "null")
        return json::value(nullptr);
    switch (field.kind) {
        case Kind::text:
            return word_or_text(field, word);
        case Kind::integer:
            return integer(field, word);
        case Kind::number:
            return any_json(word, true);
        case Kind::boolean:
            if (word != "true" && word != "false")
                return std::unexpected("is true or false");
            return word == "true";
        case Kind::money:
            return money(word);
        case Kind::json:
            return any_json(word, false);
        case Kind::secret:
            return json::value(word);
    }
    return std::unexpected("is of no known kind");
}

std::expected<std::string, std::string> text_of(const Field& field, std::string_view word) {
    if (const auto value = value_of(field, word); !value)
        return std::unexpected(value.error());
    return std::string(word);
}

}  // namespace cambist::ctl
