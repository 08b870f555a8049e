#pragma once

// The frames between plugin and bridge. On the wire each is one MessagePack array of fixed arity:
// [wire_version, kind, fields...]; a nested record is an array of fixed arity.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sync/messages/records.hpp"

namespace cambist {

constexpr std::uint8_t wire_version = 1;
constexpr std::size_t max_frame_bytes = 1 << 20;
constexpr std::size_t max_event_bytes = 768;  ///< one event, encoded
constexpr std::size_t max_events_a_batch = 4096;
constexpr std::size_t max_policies_a_batch = 16384;
constexpr std::size_t max_accounts_a_rescan = 512;
constexpr std::size_t max_deals_a_rescan = 1024;
constexpr std::size_t max_scope_patterns = 256;
constexpr std::size_t max_pattern_bytes = 128;

/// Plugin -> bridge, first frame of a session: where both streams stand.
struct Hello {
    ServerId server;
    FixedText<32> plugin_version;
    std::uint64_t epoch = 0;
    std::uint64_t first_seq = 0, last_seq = 0;  ///< what the journal still holds of this epoch
    std::uint32_t policy_era = 0;
    /// The highest this plugin has obeyed; a bridge that holds the lease under a lower one (the
    /// database was restored) must raise its own above it before it answers.
    std::uint64_t bridge_epoch = 0;
};

/// How a server's gate behaves; decided in the office.
struct GateSettings {
    bool enforce = false;            ///< false: observe
    std::vector<std::string> scope;  ///< group patterns
};

/// Bridge -> plugin: the answer to Hello. A plugin streams only to the owner with the highest
/// bridge epoch that it has ever seen.
struct Welcome {
    ServerId server;
    bool owner = false;
    std::uint64_t bridge_epoch = 0;
    std::uint64_t cursor_epoch = 0, cursor_seq = 0;  ///< last event committed
    std::uint32_t credit_events = 0;                 ///< may be under way unacknowledged
    std::uint32_t policy_era = 0;
    std::uint64_t low_water = 0;  ///< command numbers up to this one are retired
    Instant deals_since;  ///< a resync that this Welcome causes tells deals modified from here on
    GateSettings settings;
};

/// Plugin -> bridge: events first_seq, first_seq + 1, ... of `epoch`.
struct EventBatch {
    std::uint64_t epoch = 0, first_seq = 0;
    std::vector<Event> events;
};
/// Bridge -> plugin: everything up to seq is committed.
struct EventsAcknowledged {
    std::uint64_t bridge_epoch = 0, epoch = 0, seq = 0;
    std::uint32_t credit_events = 0;
};
/// Bridge -> plugin: a gap; send again from here.
struct EventsMissing {
    std::uint64_t bridge_epoch = 0, epoch = 0, from_seq = 0;
};
/// Bridge -> plugin: start a new epoch with a snapshot.
struct ResyncAsked {
    std::uint64_t bridge_epoch = 0;
    Instant deals_since;
};
/// Bridge -> plugin: number an AccountDigest event now.
struct DigestAsked {
    std::uint64_t bridge_epoch = 0;
};

/// One account's policy: what the gate decides with.
struct AccountPolicy {
    Login login;
    std::uint32_t version = 0;  ///< 1 and up, per account and era
    Rights rights;
    Reason reason = Reason::none;
    std::uint32_t leverage_cap_x100 = 0;  ///< 0: no cap
    std::int64_t reserved = 0;            ///< minor units that a debit may not touch

    friend bool operator==(const AccountPolicy&, const AccountPolicy&) = default;
};
/// Bridge -> plugin.
struct PolicyBatch {
    std::uint64_t bridge_epoch = 0;
    std::uint32_t era = 0;
    std::vector<AccountPolicy> accounts;
};
struct PolicyApplied {
    Login login;
    std::uint32_t version = 0;

    friend bool operator==(const PolicyApplied&, const PolicyApplied&) = default;
};
/// Plugin -> bridge: these versions, or higher ones, are durable and published in the gate.
struct PolicyAcknowledged {
    std::uint32_t era = 0;
    Instant published;  ///< on the trading server's clock
    std::vector<PolicyApplied> accounts;
};
/// Plugin -> bridge, after each Welcome from the owner: per shard, the sum of policy_hash. Contents
/// count, not only versions: a restored office may have given a number to something else.
struct PolicyDigest {
    std::uint32_t era = 0;
    std::uint64_t accounts = 0;
    std::array<std::uint64_t, shard_count> sums{};
};
std::uint64_t policy_hash(const AccountPolicy& policy);

/// Bridge -> plugin, whenever the settings change.
struct SettingsChanged {
    std::uint64_t bridge_epoch = 0;
    std::uint32_t policy_era = 0;
    GateSettings settings;
};

enum class CommandKind : std::uint8_t {
    balance = 1,
    credit = 2,
    group = 3,
    leverage = 4,
    native_rights = 5,
    create_account = 6,
    disconnect = 7,
};
/// Bridge -> plugin: do this once.
struct Command {
    OperationId id;
    std::uint64_t number = 0;  ///< of this server, rising in dispatch order
    std::uint64_t bridge_epoch = 0;
    Instant deadline;  ///< on the trading server's clock; later it is not executed
    CommandKind kind = CommandKind::balance;
    Login login;  ///< create_account: 0 lets the server choose
    std::int64_t amount = 0;
    std::uint8_t currency_digits = 0;
    std::uint32_t leverage_x100 = 0, rights_set = 0, rights_clear = 0;
    std::uint64_t client_id = 0, if_version = 0;
    FixedText<64> group;

    friend bool operator==(const Command&, const Command&) = default;
};
/// The same order: all but the circumstances of sending it (number, bridge epoch, deadline).
bool same_order(const Command& a, const Command& b);

enum class Outcome : std::uint8_t {
    done = 1,       ///< executed, exactly once
    refused = 2,    ///< the trading server or the plugin said no; nothing happened
    not_done = 3,   ///< provably not executed (crash before the operation, deadline, stale epoch)
    in_doubt = 4,   ///< cannot be known (retired ids too); a person decides
    unknown_id = 5  ///< answer to a question: never seen here, and no effect of it was found
};
enum class CommandFailure : std::uint8_t {
    none = 0,
    no_money = 1,
    no_such_account = 2,
    no_such_group = 3,
    stale_version = 4,
    deadline_passed = 5,
    stale_bridge = 6,
    retired_id = 7,
    different_body = 8,  ///< the same id came with other contents
    journal_full = 9,
    limit = 10,
    unsupported = 11,
    duplicate_login = 12,
    server_error = 13,
    interrupted = 14,
};
/// Plugin -> bridge; the same for the same id, for ever.
struct CommandResult {
    OperationId id;
    Outcome outcome = Outcome::in_doubt;
    CommandFailure failure = CommandFailure::none;
    Login login;
    Ticket deal;
    std::uint64_t version = 0;
    std::int64_t balance_after = 0, credit_after = 0;
    Instant finished;
    std::uint64_t bridge_epoch = 0;  ///< unknown_id: the highest obeyed when it was said

    friend bool operator==(const CommandResult&, const CommandResult&) = default;
};
/// Bridge -> plugin: what became of it? The whole command, so that a plugin whose log was restored
/// from a backup can look for its effect on the trading server before it says unknown_id.
struct CommandAsked {
    std::uint64_t bridge_epoch = 0;
    Command command;
};
/// Bridge -> plugin: results up to this number are stored for good; forget them, refuse them.
struct CommandsRetired {
    std::uint64_t bridge_epoch = 0, low_water = 0;
};

/// Bridge -> plugin: read accounts (and their balance check) past the stream.
struct RescanAccountsAsked {
    std::uint64_t bridge_epoch = 0, request = 0;
    Login after;
    std::uint32_t limit = 0;  ///< at most 512
};
struct RescannedAccount {
    UserRecord user;
    std::int64_t balance_from_deals = 0, credit_from_deals = 0;
};
/// Plugin -> bridge. last_seq: every event raised before the reading has at most this number or is
/// still in a lane.
struct RescannedAccounts {
    std::uint64_t request = 0, epoch = 0, last_seq = 0;
    bool end = false;
    std::vector<RescannedAccount> accounts;
};
struct RescanDealsAsked {
    std::uint64_t bridge_epoch = 0, request = 0;
    Instant modified_since;
    Ticket after;             ///< among deals modified at exactly modified_since
    std::uint32_t limit = 0;  ///< at most 1024
};
struct RescannedDeals {
    std::uint64_t request = 0, epoch = 0, last_seq = 0;
    bool end = false;
    std::vector<DealRecord> deals;
};

/// Either way, once a second; three missed in a row end the session.
struct Heartbeat {
    Instant at;
    std::uint64_t epoch = 0, last_seq = 0;  ///< the plugin's; 0 from the bridge
};
enum class FrameError : std::uint8_t {
    bad_version = 1,
    bad_kind = 2,
    bad_arity = 3,
    bad_type = 4,
    out_of_range = 5,
    too_long = 6,
    too_deep = 7,
    trailing_bytes = 8,
    truncated = 9,
    bad_text = 10,
    wrong_server = 11,
    not_expected = 12,
    not_owner = 13,
    not_canonical = 14,  ///< not the shortest form: equal values have equal bytes and hashes
};
std::string_view name_of(FrameError error);
/// Either way: the answer to a frame that could not be taken.
struct FrameRefused {
    FrameError error = FrameError::bad_kind;
    FixedText<96> detail;
};

/// The place in this list, from 1, is the kind on the wire: append only.
using Message =
    std::variant<Hello, Welcome, EventBatch, EventsAcknowledged, EventsMissing, ResyncAsked,
                 DigestAsked, PolicyBatch, PolicyAcknowledged, PolicyDigest, SettingsChanged,
                 Command, CommandResult, CommandAsked, CommandsRetired, RescanAccountsAsked,
                 RescannedAccounts, RescanDealsAsked, RescannedDeals, Heartbeat, FrameRefused>;

}  // namespace cambist
