#include "office/audit/seal/sealing.hpp"

#include "office/audit/seal/seal_store.hpp"

namespace cambist::office {

namespace {

using boost::asio::awaitable;

/// The seal that follows, still without rows.
Seal next_after(const std::optional<Seal>& newest, Instant now) {
    Seal seal;
    seal.number = 1;
    seal.sealed_at = now;
    if (newest) {
        seal.number = newest->number + 1;
        seal.from = newest->to;
        seal.first_number = newest->first_number + newest->rows;
        seal.previous = newest->hash;
    }
    return seal;
}

bool is_due(const std::optional<Seal>& newest, Instant now, std::chrono::seconds quiet) {
    return !newest || std::chrono::abs(now - newest->sealed_at) >= quiet;
}

}  // namespace

awaitable<std::optional<SealedWindow>> seal_next(pg::Transaction& tx, std::optional<Seal> newest,
                                                 const SealKey& key, SealLimits limits) {
    if (!co_await seals::try_lock(tx))
        co_return std::nullopt;
    const auto stored = co_await seals::newest(tx);
    if (stored.has_value() != newest.has_value() || (stored && stored->hash != newest->hash))
        co_return std::nullopt;
    if (newest && hash_of(*newest) != newest->hash)
        throw SealingRefused("seal " + std::to_string(newest->number) +
                             " in the database was changed");
    const seals::Horizon horizon = co_await seals::horizon(tx);
    const AuditPlace end{horizon.xid, 0};
    Seal seal = next_after(newest, horizon.now);
    if (end < seal.from)
        throw SealingRefused(
            "transaction ids went back: the audit was copied into another cluster");

    SealedRows rows;
    const seals::Window window{.from = seal.from, .to = end, .most = limits.rows};
    seal.to = co_await seals::read_rows(tx, window, rows);
    seal.rows = rows.count();
    if (seal.rows == 0 && !is_due(newest, horizon.now, limits.quiet))
        co_return std::nullopt;
    seal.root = rows.root();
    seal.leaves_hash = sha256(rows.leaves());
    sign(seal, key);
    seals::insert(tx, seal);
    co_return SealedWindow{seal, rows.leaves()};
}

awaitable<std::optional<std::string>> leaves_of(pg::Transaction& tx, const Seal& seal) {
    SealedRows rows;
    // One more than were sealed tells whether one was added.
    const seals::Window window{
        .from = seal.from, .to = seal.to, .most = seal.rows + 1, .columns = seal.columns};
    co_await seals::read_rows(tx, window, rows);
    if (rows.count() != seal.rows || rows.root() != seal.root)
        co_return std::nullopt;
    co_return rows.leaves();
}

}  // namespace cambist::office
