#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace cambist::office {

/// The enumerator whose stored name is `name`, from its table in the order of the enum.
template <class Enum>
std::optional<Enum> enumerator_of(std::span<const std::string_view> names, std::string_view name) {
    for (std::size_t at = 0; at < names.size(); ++at)
        if (names[at] == name)
            return static_cast<Enum>(at);
    return std::nullopt;
}

}  // namespace cambist::office
