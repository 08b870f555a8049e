#include "gateway/ctl/catalogue/catalogue.hpp"

#include <algorithm>

namespace cambist::ctl {

std::string command_of(const Operation& operation) {
    std::string text;
    for (const auto& word : operation.command)
        text += (text.empty() ? "" : " ") + std::string(word);
    return text;
}

const Operation* reader_of(const Operation& operation) {
    const bool is_the_thing = operation.path.ends_with('}');
    const auto thing =
        is_the_thing ? operation.path : operation.path.substr(0, operation.path.rfind('/'));
    const auto found = std::ranges::find_if(operations(), [&](const Operation& other) {
        return other.method == "GET" && other.path == thing && !other.page;
    });
    return found == operations().end() ? nullptr : &*found;
}

const Field* query_field(const Operation& operation, std::string_view name) {
    const auto found = std::ranges::find_if(operation.fields, [&](const Field& field) {
        return field.place == Place::query && field.name == name;
    });
    return found == operation.fields.end() ? nullptr : &*found;
}

}  // namespace cambist::ctl
