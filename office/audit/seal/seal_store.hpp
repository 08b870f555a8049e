#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>

#include "office/audit/seal/seal.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office::seals {

/// Below `xid` no transaction runs any more, and none will.
struct Horizon {
    std::uint64_t xid = 0;
    Instant now;  ///< by the database's clock
};

/// False when another sealer has it; kept until the transaction ends.
boost::asio::awaitable<bool> try_lock(pg::Transaction& tx);
boost::asio::awaitable<Horizon> horizon(pg::Transaction& tx);

boost::asio::awaitable<std::optional<Seal>> newest(pg::Transaction& tx);
boost::asio::awaitable<std::optional<Seal>> find(pg::Transaction& tx, std::int64_t number);
/// Sent with the transaction's next statement.
void insert(pg::Transaction& tx, const Seal& seal);

/// Rows of the audit: those of the places [from, to), but at most so many, by so many columns.
struct Window {
    AuditPlace from, to;
    std::int64_t most = 0;
    std::int16_t columns = sealed_columns;
};
/// Adds them to `rows`; returns the place behind the last one read, or `to` when there were no
/// more.
boost::asio::awaitable<AuditPlace> read_rows(pg::Transaction& tx, Window window, SealedRows& rows);

}  // namespace cambist::office::seals
