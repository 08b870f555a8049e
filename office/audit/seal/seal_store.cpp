#include "office/audit/seal/seal_store.hpp"

#include <algorithm>
#include <cstring>

#include "office/pg/error.hpp"

namespace cambist::office::seals {

namespace {

using boost::asio::awaitable;
using pg::Query;

constexpr std::int64_t page_rows = 2'048;

constexpr Query lock{"seal_lock", "select pg_try_advisory_xact_lock(hashtext('cambist.seal'))"};
constexpr Query select_horizon{"seal_horizon",
                               "select pg_snapshot_xmin(pg_current_snapshot()), clock_timestamp()"};

constexpr Query select_newest{
    "seal_newest",
    "select number, columns, xid_from, id_from, xid_to, id_to, first_number, rows, sealed_at, "
    "  root, leaves_hash, previous, hash, signature from audit_seal order by number desc limit 1"};
constexpr Query select_one{
    "seal_find",
    "select number, columns, xid_from, id_from, xid_to, id_to, first_number, rows, sealed_at, "
    "  root, leaves_hash, previous, hash, signature from audit_seal where number = $1"};
constexpr Query insert_one{
    "seal_insert",
    "insert into audit_seal (number, columns, xid_from, id_from, xid_to, id_to, first_number, "
    "  rows, sealed_at, root, leaves_hash, previous, hash, signature) "
    "values ($1, $2, $3::bigint::text::xid8, $4, $5::bigint::text::xid8, $6, $7, $8, $9, $10, $11, "
    "  $12, $13, $14)"};

// The first columns of a row's hash in their order, see docs/audit.md.
constexpr Query select_rows{
    "seal_rows",
    "select id, at, actor, action, subject, before, after, reason, request_id, address, xid, "
    "  client_id, approval_id, on_behalf_of, session_id from audit "
    "where (xid, id) >= ($1::bigint::text::xid8, $2) and (xid, id) < ($3::bigint::text::xid8, $4) "
    "order by xid, id limit $5"};
constexpr int id_column = 0, xid_column = 10;

template <class Array>
Array fixed(const pg::Row& row, int column) {
    const pg::Bytes bytes = row.get<pg::Bytes>(column);
    Array value{};
    if (bytes.size() != value.size())
        throw pg::DatabaseError(pg::Fault::unexpected_answer, "a seal's hash has another length");
    std::memcpy(value.data(), bytes.data(), bytes.size());
    return value;
}

Seal seal_of(const pg::Row& row) {
    Seal seal;
    seal.number = row.get<std::int64_t>(0);
    seal.columns = row.get<std::int16_t>(1);
    seal.from = {row.get<std::uint64_t>(2), row.get<std::int64_t>(3)};
    seal.to = {row.get<std::uint64_t>(4), row.get<std::int64_t>(5)};
    seal.first_number = row.get<std::int64_t>(6);
    seal.rows = row.get<std::int64_t>(7);
    seal.sealed_at = row.get<Instant>(8);
    seal.root = fixed<Hash>(row, 9);
    seal.leaves_hash = fixed<Hash>(row, 10);
    seal.previous = fixed<Hash>(row, 11);
    seal.hash = fixed<Hash>(row, 12);
    seal.signature = fixed<Signature>(row, 13);
    return seal;
}

std::optional<Seal> first_of(const pg::Result& rows) {
    const auto row = rows.first();
    if (!row)
        return std::nullopt;
    return seal_of(*row);
}

std::string hashed_form(const pg::Row& row, int columns) {
    std::string bytes;
    for (int column = 0; column < columns; ++column) {
        const auto value = row.wire_form(column);
        char length[4];
        pg::wire::put(length, value ? static_cast<std::int32_t>(value->size()) : -1);
        bytes.append(length, sizeof length).append(value.value_or(std::string_view{}));
    }
    return bytes;
}

}  // namespace

awaitable<bool> try_lock(pg::Transaction& tx) {
    co_return (co_await tx.execute(lock)).one().get<bool>(0);
}

awaitable<Horizon> horizon(pg::Transaction& tx) {
    const auto result = co_await tx.execute(select_horizon);
    const pg::Row row = result.one();
    co_return Horizon{row.get<std::uint64_t>(0), row.get<Instant>(1)};
}

awaitable<std::optional<Seal>> newest(pg::Transaction& tx) {
    co_return first_of(co_await tx.execute(select_newest));
}

awaitable<std::optional<Seal>> find(pg::Transaction& tx, std::int64_t number) {
    co_return first_of(co_await tx.execute(select_one, number));
}

void insert(pg::Transaction& tx, const Seal& seal) {
    const auto bytes = [](const auto& array) { return std::as_bytes(std::span(array)); };
    tx.send(insert_one, seal.number, seal.columns, seal.from.xid, seal.from.id, seal.to.xid,
            seal.to.id, seal.first_number, seal.rows, seal.sealed_at, bytes(seal.root),
            bytes(seal.leaves_hash), bytes(seal.previous), bytes(seal.hash), bytes(seal.signature));
}

awaitable<AuditPlace> read_rows(pg::Transaction& tx, Window window, SealedRows& rows) {
    AuditPlace from = window.from;
    for (std::int64_t left = window.most; left > 0;) {
        const std::int64_t wanted = std::min(left, page_rows);
        const auto page = co_await tx.execute(select_rows, from.xid, from.id, window.to.xid,
                                              window.to.id, wanted);
        for (const pg::Row row : page) {
            const AuditPlace place{row.get<std::uint64_t>(xid_column),
                                   row.get<std::int64_t>(id_column)};
            rows.add(place.id, hashed_form(row, window.columns));
            from = {place.xid, place.id + 1};
        }
        if (page.size() < wanted)
            co_return window.to;
        left -= wanted;
    }
    co_return from;
}

}  // namespace cambist::office::seals
