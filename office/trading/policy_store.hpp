#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <vector>

#include "office/accounts/policy.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"

/// What the office accepted and what the trading servers enforce.
namespace cambist::office::policies {

using boost::asio::awaitable;

struct VersionedPolicy {
    Login login;
    std::int64_t version = 0;
    Policy policy;
};

/// An acknowledgement: this version answers since `at`.
struct Enforced {
    Login login;
    std::int64_t version = 0;
    Instant at;
};

/// Asks for what is accepted and not yet enforced, in order of login; the answer is gathered.
void ask_pending(pg::Transaction& tx, ServerId server, int limit);
std::vector<VersionedPolicy> pending_in(const pg::Result& answer);
/// Every account that has a policy, in order of login after `after`: what a digest is made of.
awaitable<std::vector<VersionedPolicy>> all(pg::Transaction& tx, ServerId server, Login after,
                                            int limit);
/// Marks them enforced on the account and in its history; older ones than known change nothing.
/// Returns how many accounts moved.
awaitable<std::int64_t> mark_enforced(pg::Transaction& tx, ServerId server,
                                      std::vector<Enforced> enforced);
/// Forgets what is enforced, so that everything is sent again: the plugin lost its policies, or a
/// new era began.
void forget_enforced(pg::Transaction& tx, ServerId server, const std::vector<Login>& logins);

}  // namespace cambist::office::policies
