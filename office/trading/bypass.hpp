#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sync/messages/records.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::office {

/// A difference between what the office decided or recorded and what the trading server did.
struct Drift {
    Login login;
    std::string field, office_value, server_value;
};

/// The policy that the trading server enforced when a deal was done; version 0: none yet.
struct PolicyThen {
    std::int64_t version = 0;
    Rights rights;
    std::int64_t reserved = 0;
};

/// May the deal have come past the hooks? Only these are worth asking the database about: deals
/// that the server itself marks, and money taken out by hand.
bool may_bypass(const DealRecord& deal);
/// `balance_after`: of the account once the deal is booked, minor units. Nothing: no objection.
std::optional<Drift> judge_deal(const DealRecord& deal, const PolicyThen& policy,
                                std::int64_t balance_after);

/// What the office knew of an account before the server told a newer record of it.
struct AccountBefore {
    bool known = false;  ///< mirrored before, in scope, with a policy
    std::string group{};
    std::uint32_t leverage_x100 = 0;
    std::int64_t leverage_cap_x100 = 0;  ///< 0: no cap
    std::string group_ordered{};         ///< by the last group command; empty: none
};
std::optional<Drift> judge_group(const AccountBefore& before, const UserRecord& now);
std::optional<Drift> judge_leverage(const AccountBefore& before, const UserRecord& now);

}  // namespace cambist::office
