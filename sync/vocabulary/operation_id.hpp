#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cambist {

/// The 128-bit id of an office command, made by whoever asked; zero is "no command".
struct OperationId {
    std::uint64_t hi = 0, lo = 0;

    constexpr bool empty() const { return hi == 0 && lo == 0; }
    friend constexpr auto operator<=>(OperationId, OperationId) = default;

    /// The 36 characters of a UUID, lower case.
    std::string uuid() const;
    /// Reads the 36-character form only.
    static std::optional<OperationId> from_uuid(std::string_view text);

    /// `C:` and 22 characters of base64url, NUL-terminated: what a deal's comment carries.
    std::array<char, 25> tag() const;
    /// Finds the id in a comment that begins with a tag.
    static std::optional<OperationId> from_tag(std::string_view comment);
};

}  // namespace cambist

template <>
struct std::hash<cambist::OperationId> {
    std::size_t operator()(cambist::OperationId id) const noexcept {
        return id.hi * 0x9e3779b97f4a7c15ull ^ id.lo;
    }
};
