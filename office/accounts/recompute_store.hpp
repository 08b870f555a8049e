#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "office/accounts/account_store.hpp"

/// The only SQL of deciding anew what all accounts may do.
namespace cambist::office::recompute {

using boost::asio::awaitable;

/// How far one has come.
struct Recompute {
    std::int64_t version = 0;  ///< of the rights matrix
    AccountKey last{};         ///< the last account that was looked at
    std::int64_t seen = 0, changed = 0;
    bool asked_when = false;  ///< it is known what must have ended before it begins
    bool settled = false;     ///< and that has ended
};

/// Overtakes the one that runs.
void begin(pg::Transaction& tx, std::int64_t version);
/// The one that runs, kept from everybody else until the transaction ends; nothing when there is
/// none, or somebody else has it.
awaitable<std::optional<Recompute>> claim(pg::Transaction& tx);
/// It begins when every transaction that runs now has ended.
void settle(pg::Transaction& tx, std::int64_t version);
void move(pg::Transaction& tx, const Recompute& to);
void finish(pg::Transaction& tx, std::int64_t version);
/// Tells the bridges when the transaction commits.
void ring(pg::Transaction& tx);

/// Accounts that have a policy, in order of (server, login) after `last`, with the matrix that
/// these have of their entity; `one_in`: only one in so many, by a hash of its login.
awaitable<std::vector<AccountFacts>> page(pg::Transaction& tx, AccountKey last, int limit,
                                          std::int64_t one_in, RightsMatrices matrices);
/// How far the one of that version has come, for people.
struct Progress {
    std::string state;  ///< running, finished or overtaken
    std::int64_t seen = 0, changed = 0;
    Instant begun_at{};
    std::optional<Instant> ended_at{};
};
/// Nothing when the version began none.
awaitable<std::optional<Progress>> progress(pg::Transaction& tx, std::int64_t version);

/// How many accounts have a policy.
awaitable<std::int64_t> accounts(pg::Transaction& tx);

}  // namespace cambist::office::recompute
