#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "sync/vocabulary/assertion.hpp"

namespace cambist::office {

/// The enumerator whose stored name is `name`, from its table in the order of the enum.
template <class Enum>
std::optional<Enum> enumerator_of(std::span<const std::string_view> names, std::string_view name) {
    for (std::size_t at = 0; at < names.size(); ++at)
        if (names[at] == name)
            return static_cast<Enum>(at);
    return std::nullopt;
}

/// A name that the schema's CHECK admits and the program does not know is a programmer's error.
template <class Enum>
Enum known(std::optional<Enum> value) {
    CAMBIST_ASSERT(value.has_value());
    return *value;
}

}  // namespace cambist::office
