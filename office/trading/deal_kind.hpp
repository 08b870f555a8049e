#pragma once

#include <cstdint>

namespace cambist::office {

/// Deal kinds as plugin/abi/trading_server.h numbers them (CTSP_DEAL_*).
enum class DealKind : std::uint32_t {
    buy = 0,
    sell = 1,
    balance = 2,
    credit = 3,
    charge = 4,
    correction = 5,
    bonus = 6,
    so_comp_credit = 20,
};

/// Does a deal of this kind change the credit instead of the balance?
constexpr bool moves_credit(std::uint32_t kind) {
    return kind == static_cast<std::uint32_t>(DealKind::credit) ||
           kind == static_cast<std::uint32_t>(DealKind::so_comp_credit);
}

/// Is a deal of this kind an operation of a person or a command, not of trading or the server?
constexpr bool is_operation(std::uint32_t kind) {
    return kind >= static_cast<std::uint32_t>(DealKind::balance) &&
           kind <= static_cast<std::uint32_t>(DealKind::bonus);
}

}  // namespace cambist::office
