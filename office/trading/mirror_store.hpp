#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/trading/mirror_account_store.hpp"
#include "office/trading/mirror_batch.hpp"
#include "office/trading/mirror_deal_store.hpp"

/// Writes what a trading server told. Every function belongs to a transaction whose end moves the
/// stream's cursor under the lease's fencing epoch; when the cursor does not move, somebody else
/// owns the stream and the caller lets the transaction roll back.
namespace cambist::office::mirror {

/// The last event applied, and the lease that may move it.
struct Cursor {
    std::uint64_t bridge_epoch = 0, epoch = 0, seq = 0;

    friend bool operator==(const Cursor&, const Cursor&) = default;
};
awaitable<std::optional<Cursor>> cursor(pg::Transaction& tx, ServerId server);
/// Has the snapshot that an epoch begins with been applied to its end?
awaitable<bool> snapshot_ended(pg::Transaction& tx, ServerId server, std::uint64_t epoch);
/// From which instant the snapshot of this epoch tells deals.
awaitable<Instant> deals_since(pg::Transaction& tx, ServerId server, std::uint64_t epoch);
/// Moves the cursor to (epoch, 0); false: not ours to move. Its snapshot tells deals from an hour
/// before the newest one known; while the snapshot before it has not ended, from where that one
/// did.
awaitable<bool> begin_epoch(pg::Transaction& tx, ServerId server, Cursor from, std::uint64_t epoch);

/// The plugin has obeyed a higher lease than we know of: the next one taken is above it.
void raise_fence(pg::Transaction& tx, ServerId server, std::uint64_t obeyed);

/// The stream that a batch belongs to.
struct Stream {
    ServerId server;
    Cursor from;                     ///< the batch begins after it
    std::vector<std::string> scope;  ///< which groups are judged
};

/// The deals since the last digest, in order of tickets, and when the first and last of them was
/// done; `complete`: all of them are here.
struct DealsTold {
    std::uint64_t first_seq = 0;
    bool complete = false;
    std::vector<std::uint64_t> tickets;
    Instant first, last;
};

enum class Digest { none, skipped, equal, different };
struct Applied {
    bool owned = true;  ///< false: nothing may be committed
    bool deals_known = false;
    Digest digest = Digest::none;
    std::size_t drifts = 0;
};

/// Writes the whole batch and moves the cursor. `all_new`: no deal of the batch was told before (a
/// known one breaks the transaction: run it again with false).
awaitable<Applied> apply(pg::Transaction& tx, Stream stream, const MirrorBatch& batch,
                         const DealsTold& deals_told, bool all_new, Instant now);

/// One event that could not be applied: it is kept aside, its account's money out stops, and the
/// cursor moves past it. False: not ours.
struct Poison {
    std::uint64_t seq = 0;
    Login login;
    std::string reason;
    std::span<const std::byte> bytes;
};
awaitable<bool> quarantine(pg::Transaction& tx, Stream stream, Poison poison);

/// Records differences that are not open already.
enum class FoundBy { stream, rescan, bypass };
void record_drifts(pg::Transaction& tx, ServerId server, const std::vector<Drift>& drifts,
                   FoundBy found_by, bool repaired);

}  // namespace cambist::office::mirror
