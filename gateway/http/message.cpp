#include "gateway/http/message.hpp"

namespace cambist::gateway {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool is_same_field(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

const std::string* Headers::find(std::string_view name) const {
    for (const auto& field : fields_)
        if (is_same_field(field.first, name))
            return &field.second;
    return nullptr;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields_, [&](const auto& field) { return is_same_field(field.first, name); }));
}

}  // namespace cambist::gateway
