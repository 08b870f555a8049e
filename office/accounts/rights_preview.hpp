#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "office/accounts/account.hpp"
#include "office/accounts/policy.hpp"

/// What another rights matrix would change. Pure.
namespace cambist::office {

/// What one account may do, and what it would.
struct PreviewedAccount {
    AccountKey key;
    std::optional<OperationId> client;
    Policy before, after;
};

/// Of each right, how many accounts.
struct RightCount {
    Right right;
    std::int64_t accounts = 0;

    friend bool operator==(const RightCount&, const RightCount&) = default;
};
using RightCounts = std::array<RightCount, 5>;
constexpr RightCounts no_accounts{
    {{Right::connect}, {Right::open}, {Right::deposit}, {Right::withdraw}, {Right::transfer}}};

struct RightsPreview {
    std::int64_t clients_affected = 0, accounts_affected = 0;
    RightCounts given = no_accounts, taken = no_accounts;
    std::vector<PreviewedAccount> sample;  ///< some of those affected
    bool is_estimate = false;              ///< not every account was looked at
};

/// Counts the accounts that get another policy.
class PreviewCount {
  public:
    void add(const PreviewedAccount& account);
    /// When one account in `one_in` was added, at random.
    RightsPreview result(std::int64_t one_in) const;

  private:
    RightsPreview counted_;
    std::set<OperationId> clients_;
};

}  // namespace cambist::office
