#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string_view>

#include "office/pg/transaction.hpp"
#include "office/staff/throttle.hpp"
#include "office/staff/token.hpp"

/// Counters of failed attempts, shared by all gateways.
namespace cambist::office::attempts {

using boost::asio::awaitable;

/// Who tries what: everything as a hash.
struct Attempt {
    bool from_known_device = false;
    TokenHash own{};  ///< the device's token, or the account
    TokenHash account{}, address{};
};

struct Counters {
    FailureCounter own, address;
    std::int64_t throttled = 0;         ///< attempts of `own` refused unread since the last read
    std::int64_t account_failures = 0;  ///< of the account from browsers that are not known
    std::int64_t spread = 0;            ///< accounts that failed from the address lately
    Instant now;                        ///< the database's clock, after the locks were had
};

/// The counters, made where they are missing, locked until the transaction ends.
awaitable<Counters> lock(pg::Transaction& tx, Attempt attempt, std::chrono::seconds spread_of);
void write(pg::Transaction& tx, const Attempt& attempt, const Counters& counters);
/// Notes, or forgets, that the account failed from the address.
void note_spread(pg::Transaction& tx, const Attempt& attempt);
void forget_spread(pg::Transaction& tx, const Attempt& attempt);
/// Drops some of what is a day old.
void forget_old(pg::Transaction& tx);

}  // namespace cambist::office::attempts
