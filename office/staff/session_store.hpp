#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/staff/session.hpp"
#include "office/staff/staff.hpp"
#include "office/staff/token.hpp"

/// Sessions and devices.
namespace cambist::office::sessions {

using boost::asio::awaitable;

/// A session with its owner, as a request that shows its token finds it.
struct Shown {
    OperationId id, device;
    Staff staff;
    SessionStanding standing;
    Instant created_at, last_seen_at;
    Instant now;             ///< the database's clock
    bool permitted = false;  ///< its owner holds the permission that was asked about, for something
};

/// Finds whoever's it is, alive or not, ahead of what is asked next, and acts as them for the rest
/// of the transaction: give the transaction and its answers up when the session is over.
void enter_ahead(pg::Transaction& tx, const TokenHash& token, std::string_view permission);
/// What was found, once the next exchange is over.
std::optional<Shown> entered(pg::Transaction& tx);
/// What is done in this transaction is done through that session; the audit says so.
void act_through(pg::Transaction& tx, OperationId session);
/// It was used now: its idle time begins anew. Somebody else who writes the same is not waited for.
void touch(pg::Transaction& tx, OperationId session, const SessionLimits& limits);
void step_up(pg::Transaction& tx, OperationId session);

struct NewSession {
    TokenHash token{};
    OperationId staff, device;
    SessionState state = SessionState::active;
    std::string address, country, user_agent;
    bool code_shown = false;  ///< just now: sensitive acts pass for a while
};
struct Begun {
    OperationId id;
    Instant idle_expires_at, absolute_expires_at;
};
/// Bound to its owner's security as it stands after what this transaction changed.
awaitable<Begun> insert(pg::Transaction& tx, NewSession session, SessionLimits limits);

/// Why a session ended; spelled as stored.
enum class Ending { signed_out, signed_in_again, replaced, revoked };
void end(pg::Transaction& tx, TokenHash token, Ending why);
/// False when there is no such session of theirs that has not ended.
awaitable<bool> end_of(pg::Transaction& tx, OperationId staff, OperationId session);
/// Those of other credentials than today's, and all but `kept`: they are over, and say so.
awaitable<std::int64_t> end_others(pg::Transaction& tx, OperationId staff, OperationId kept);

/// One that has not ended, for a list.
struct Listed {
    OperationId id, device;
    SessionState state = SessionState::active;
    std::string address, country, user_agent;
    Instant created_at, last_seen_at, idle_expires_at, absolute_expires_at;
};
awaitable<std::vector<Listed>> list(pg::Transaction& tx, OperationId staff);

struct Device {
    OperationId id;
    std::string user_agent, address, country;
    Instant first_seen_at, last_seen_at;
    std::int64_t sessions = 0;  ///< alive
};
awaitable<std::vector<Device>> devices(pg::Transaction& tx, OperationId staff);
/// What a browser's token says, unless its device was revoked.
struct DeviceStanding {
    std::optional<OperationId> id;  ///< this account was signed in to from it
    bool issued = false;            ///< to this account or to another
};
awaitable<DeviceStanding> device_of(pg::Transaction& tx, OperationId staff, TokenHash token);
awaitable<OperationId> add_device(pg::Transaction& tx, OperationId staff, TokenHash token,
                                  std::string user_agent, std::string address, std::string country);
void see_device(pg::Transaction& tx, OperationId device, const std::string& user_agent,
                const std::string& address, const std::string& country);
/// Forgets the device and ends its sessions; nothing when there is no such device of theirs.
awaitable<std::optional<std::int64_t>> revoke_device(pg::Transaction& tx, OperationId staff,
                                                     OperationId device);

}  // namespace cambist::office::sessions
