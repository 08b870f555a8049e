#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace cambist {

/// A number that names something; ids of different things never convert into each other.
template <class Tag, class Number = std::uint64_t>
struct Id {
    Number value = 0;

    friend constexpr auto operator<=>(Id, Id) = default;
};

using Login = Id<struct LoginTag>;                     ///< an account on one trading server
using ServerId = Id<struct ServerTag, std::uint32_t>;  ///< a trading server
using Ticket = Id<struct TicketTag>;                   ///< a deal on one trading server
using GroupId = Id<struct GroupTag, std::uint32_t>;
using SymbolId = Id<struct SymbolTag, std::uint32_t>;

}  // namespace cambist

template <class Tag, class Number>
struct std::hash<cambist::Id<Tag, Number>> {
    std::size_t operator()(cambist::Id<Tag, Number> id) const noexcept {
        return std::hash<Number>{}(id.value);
    }
};
