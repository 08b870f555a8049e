#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "office/accounts/account.hpp"
#include "office/accounts/policy.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

/// Everything the rules ask about one account; read after its row was locked.
struct AccountFacts {
    AccountKey key;
    std::optional<OperationId> client;
    PolicyFacts policy;
    RightsMatrix matrix;                ///< in force, of the client's legal entity
    Policy accepted;                    ///< what was decided last
    std::int64_t accepted_version = 0;  ///< 0: no policy yet
    std::int64_t enforced_version = 0;
    std::int64_t balance = 0, credit = 0;  ///< minor units, as the trading server has them
    std::int64_t leverage_x100 = 0;
    std::string group, currency;
    bool mirrored = false;           ///< the trading server has shown it to us
    bool money_out_stopped = false;  ///< the account's stop or its server's
    bool money_pending = false;      ///< a balance or credit command is not finished
};

/// A policy that was given a version in this transaction.
struct AcceptedPolicy {
    AccountKey key;
    std::int64_t version = 0;
    Policy policy;
};

struct Hold {
    OperationId id;
    AccountKey account;
    HoldKind kind = HoldKind::withdrawal;
    std::int64_t amount = 0;  ///< minor units; reserve holds only
    std::string reason;
    bool released = false;
};

/// The only SQL of accounts, their policies and holds.
namespace accounts {

using boost::asio::awaitable;

/// Those of `servers` that the office knows.
awaitable<std::set<ServerId>> known_servers(pg::Transaction& tx, std::set<ServerId> servers);

/// What each legal entity allows now.
awaitable<RightsMatrices> rights_in_force(pg::Transaction& tx);

/// Locks those of `keys` that exist, in the order (server, login) that everybody keeps.
awaitable<std::vector<AccountKey>> lock(pg::Transaction& tx, std::vector<AccountKey> keys);
/// In the order of (server, login). Sound only for rows that this transaction locked in an earlier
/// statement: holds, causes and the rights matrix are read as they are after the lock.
awaitable<std::vector<AccountFacts>> facts(pg::Transaction& tx, std::vector<AccountKey> keys);
/// Both in one round trip.
awaitable<std::vector<AccountFacts>> locked_facts(pg::Transaction& tx,
                                                  std::vector<AccountKey> keys);
/// The same with no more than what a policy follows from: of other facts nothing is read.
awaitable<std::vector<AccountFacts>> locked_policy_facts(pg::Transaction& tx,
                                                         std::vector<AccountKey> keys);
awaitable<std::vector<AccountFacts>> locked_facts_of_client(pg::Transaction& tx,
                                                            OperationId client);
/// Writes and records policies under their versions; the rows are locked and each version follows
/// the one that was read under the lock.
void accept(pg::Transaction& tx, const std::vector<AcceptedPolicy>& policies);
/// The policies that the rows hold, whatever they are by now, under new versions.
void accept_again(pg::Transaction& tx, const std::vector<AccountKey>& keys);

/// Makes the account belong to the client, whether or not the trading server has shown it yet. One
/// that another client was given at the same moment stays theirs: look at the facts afterwards.
void attach(pg::Transaction& tx, AccountKey key, OperationId client, AccountKind kind);
struct Attachment {
    AccountKey key;
    OperationId client;
    AccountKind kind = AccountKind::live;
};
/// The same for many; no key twice.
void attach_all(pg::Transaction& tx, const std::vector<Attachment>& attachments);
void set_state(pg::Transaction& tx, AccountKey key, AccountState state);
/// 0 takes the cap away.
void set_leverage_cap(pg::Transaction& tx, AccountKey key, std::int64_t cap_x100);

/// False when the id is taken.
awaitable<bool> insert_hold(pg::Transaction& tx, Hold hold, std::string placed_by);
awaitable<std::optional<Hold>> find_hold(pg::Transaction& tx, OperationId id);
void release_hold(pg::Transaction& tx, OperationId id, const std::string& released_by);

}  // namespace accounts
}  // namespace cambist::office
