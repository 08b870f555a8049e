#pragma once

// What the plugin tells the bridge about the trading server: facts, as records of fixed size.
// Money is minor units of the account currency, volume 1e-8 lot, prices integers of 10^-digits.

#include <array>
#include <cstdint>
#include <variant>

#include "sync/vocabulary/fixed_text.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist {

constexpr std::size_t shard_count = 64;
/// The shard of a login, for digests and for bounded repairs.
std::size_t shard_of(Login login);

/// An account as the trading server holds it.
struct UserRecord {
    Login login;
    std::uint64_t version = 0;
    GroupId group_id;
    FixedText<64> group;
    std::uint64_t client_id = 0, agent = 0;
    std::int64_t balance = 0, credit = 0;
    Instant registered;
    OperationId created_by;
    std::uint32_t rights = 0, leverage_x100 = 0;  ///< rights: the server's native bits
    std::uint8_t currency_digits = 0, margin_mode = 0;
    bool is_demo = false, gone = false;  ///< gone: deleted or archived
    FixedText<8> currency;

    friend bool operator==(const UserRecord&, const UserRecord&) = default;
};

struct GroupRecord {
    GroupId group_id;
    std::uint64_t version = 0;
    std::uint32_t permissions = 0, trade_flags = 0, default_leverage_x100 = 0, stopout_bp = 0,
                  margin_call_bp = 0;
    std::uint8_t currency_digits = 0, margin_mode = 0;
    bool is_demo = false, gone = false;
    std::uint8_t trade_mode = 0;
    FixedText<8> currency;
    FixedText<64> name;

    friend bool operator==(const GroupRecord&, const GroupRecord&) = default;
};

struct SymbolRecord {
    SymbolId symbol_id;
    std::uint64_t version = 0;
    std::int64_t contract_size_e8 = 0;
    std::uint8_t price_digits = 0, trade_mode = 0;
    FixedText<8> currency_base, currency_profit, currency_margin;
    FixedText<32> name;

    friend bool operator==(const SymbolRecord&, const SymbolRecord&) = default;
};

struct DealRecord {
    Ticket ticket;
    std::uint64_t version = 0;
    Login login;
    std::uint32_t kind = 0, entry = 0, reason = 0;  ///< the ABI's numbers
    std::uint64_t order = 0, position = 0, dealer = 0;
    OperationId operation;
    std::uint64_t volume = 0, volume_closed = 0;
    std::int64_t price = 0, bid = 0, ask = 0, contract_size_e8 = 0, rate_e8 = 0;
    std::int64_t profit = 0, swap = 0, commission = 0, fee = 0;
    Instant done, modified;
    std::uint8_t price_digits = 0, currency_digits = 0, book = 0;
    bool deleted = false, direct = false;  ///< direct: written past every hook
    FixedText<32> symbol;
    FixedText<64> comment;

    friend bool operator==(const DealRecord&, const DealRecord&) = default;
};

struct PositionRecord {
    Login login;
    std::uint64_t ticket = 0, version = 0, volume = 0;  ///< volume 0: gone
    std::uint8_t side = 0, price_digits = 0;
    std::int64_t price_open = 0, sl = 0, tp = 0;
    Instant opened;
    FixedText<32> symbol;

    friend bool operator==(const PositionRecord&, const PositionRecord&) = default;
};

/// A margin call or stop-out that an account entered or left.
struct MarginRecord {
    Login login;
    std::uint32_t state = 0;  ///< 0 none, 1 margin call, 2 stop-out
    std::int64_t balance = 0, credit = 0, equity = 0, margin = 0, margin_free = 0, level_bp = 0;
    Instant at;

    friend bool operator==(const MarginRecord&, const MarginRecord&) = default;
};

struct EndOfDayRecord {
    Login login;
    Instant day;
    std::int64_t balance = 0, credit = 0, equity = 0, margin = 0, floating = 0;
    std::uint8_t currency_digits = 0;

    friend bool operator==(const EndOfDayRecord&, const EndOfDayRecord&) = default;
};

/// What was asked when the gate objected.
enum class Asked : std::uint8_t { trade = 1, funds = 2, login = 3, user_change = 4 };

/// Identical refusals of one login within one second. Its own identity (boot, number) makes it
/// idempotent: an unacknowledged tail is sent again under the next epoch.
struct RefusalRecord {
    std::uint64_t boot = 0, number = 0;
    Login login;
    Asked asked = Asked::trade;
    Refusal refusal = Refusal::none;
    std::uint32_t action = 0;  ///< the ABI's action class
    bool enforced = false;     ///< false: observed only, the request went on
    std::uint32_t count = 0;
    Instant first, last;
    std::uint64_t policy_version = 0;
    std::uint64_t actor = 0;

    friend bool operator==(const RefusalRecord&, const RefusalRecord&) = default;
};

/// Sum of the row hashes of every deal event in (first_seq .. the event before this one]; a ticket
/// written twice in the window counts with its last version only.
struct DealDigestRecord {
    std::uint64_t first_seq = 0, deals = 0, sum = 0;

    friend bool operator==(const DealDigestRecord&, const DealDigestRecord&) = default;
};

/// Per shard, the sum of the row hashes of every account as last told in this epoch.
struct AccountDigestRecord {
    std::uint64_t accounts = 0;
    std::array<std::uint64_t, shard_count> sums{};

    friend bool operator==(const AccountDigestRecord&, const AccountDigestRecord&) = default;
};

enum class ResyncCause : std::uint8_t {
    first_start = 1,
    restart = 2,
    journal_damaged = 3,
    overrun = 4,
    asked_by_bridge = 5,
    host_said_so = 6,
};
/// Begins or ends a snapshot; rows: ordinary events in between.
struct ResyncRecord {
    ResyncCause cause = ResyncCause::first_start;
    bool ended = false;
    std::uint64_t rows = 0;
    Instant deals_since;

    friend bool operator==(const ResyncRecord&, const ResyncRecord&) = default;
};

/// Something the plugin wants a person to know: mode switched, lanes overrun, degraded.
enum class NoticeKind : std::uint8_t {
    mode_changed = 1,
    lane_overrun = 2,
    degraded = 3,
    journal_full = 4,
    clock_offset = 5,
    logged_in = 6,
    logged_out = 7,
    password_changed = 8,
};
struct NoticeRecord {
    NoticeKind kind = NoticeKind::mode_changed;
    std::int64_t value = 0;
    Login login;
    Instant at;

    friend bool operator==(const NoticeRecord&, const NoticeRecord&) = default;
};

using Fact = std::variant<UserRecord, GroupRecord, SymbolRecord, DealRecord, PositionRecord,
                          MarginRecord, EndOfDayRecord, RefusalRecord, DealDigestRecord,
                          AccountDigestRecord, ResyncRecord, NoticeRecord>;

/// One numbered fact of the mirror stream; its sequence number follows from its place in the batch.
struct Event {
    Fact fact;
    OperationId cause;        ///< the command that caused it, if any
    std::uint64_t actor = 0;  ///< manager login, 0 for the server
    std::uint64_t hash = 0;   ///< hash of the encoded fact; set by the decoder and the encoder
};

}  // namespace cambist
