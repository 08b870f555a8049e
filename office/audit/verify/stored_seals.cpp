#include "office/audit/verify/stored_seals.hpp"

#include "office/audit/verify/row_check.hpp"

namespace cambist::office::verify {

namespace {

using boost::asio::awaitable;
using pg::Query;

constexpr Query facts{
    "verify_facts",
    "select (extract(epoch from clock_timestamp()) * 1000000)::bigint, "
    "  coalesce((select max(number) from audit_seal), 0), "
    "  row_security_active('audit') and current_user not in ('cambist_bridge', 'cambist_reports')"};
constexpr Query seals{
    "verify_seals",
    "select number, columns, xid_from, id_from, xid_to, id_to, first_number, rows, "
    "  (extract(epoch from sealed_at) * 1000000)::bigint, "
    "  root, leaves_hash, previous, hash, signature "
    "from audit_seal where number between $1 and $2 order by number limit $3"};
constexpr Query unsealed{
    "verify_unsealed",
    "select count(*), coalesce((extract(epoch from min(at)) * 1000000)::bigint, 0) from audit "
    "where (xid, id) >= ($1::bigint::text::xid8, $2)"};

std::int64_t number_at(const pg::Row& row, int column) {
    return row.get<std::optional<std::int64_t>>(column).value_or(0);
}

std::string bytes_at(const pg::Row& row, int column) {
    return std::string(row.wire_form(column).value_or(std::string_view{}));
}

}  // namespace

awaitable<DatabaseFacts> database_facts(pg::Transaction& tx) {
    const auto result = co_await tx.execute(facts);
    const pg::Row row = result.one();
    if (row.get<bool>(2))
        throw CannotVerify(
            "this role sees only some rows of the audit: connect as cambist_reports, "
            "cambist_bridge or the database's owner");
    co_return DatabaseFacts{.newest_seal = row.get<std::int64_t>(1),
                            .now_us = row.get<std::int64_t>(0)};
}

awaitable<std::vector<SealRecord>> stored_seals(pg::Transaction& tx, std::int64_t from,
                                                std::int64_t to, std::int64_t most) {
    std::vector<SealRecord> records;
    for (const pg::Row row : co_await tx.execute(seals, from, to, most)) {
        SealRecord seal;
        seal.number = number_at(row, 0);
        seal.columns = number_at(row, 1);
        seal.from = {static_cast<std::uint64_t>(number_at(row, 2)), number_at(row, 3)};
        seal.to = {static_cast<std::uint64_t>(number_at(row, 4)), number_at(row, 5)};
        seal.first_number = number_at(row, 6);
        seal.rows = number_at(row, 7);
        seal.sealed_at_us = number_at(row, 8);
        seal.root = bytes_at(row, 9);
        seal.leaves_hash = bytes_at(row, 10);
        seal.previous = bytes_at(row, 11);
        seal.hash = bytes_at(row, 12);
        seal.signature = bytes_at(row, 13);
        records.push_back(std::move(seal));
    }
    co_return records;
}

awaitable<Unsealed> unsealed_rows(pg::Transaction& tx, Place from) {
    const auto result = co_await tx.execute(unsealed, from.xid, from.id);
    const pg::Row row = result.one();
    co_return Unsealed{.rows = row.get<std::int64_t>(0), .oldest_us = row.get<std::int64_t>(1)};
}

awaitable<void> copy_rows(pg::Transaction& tx, const Place* from, Place to, pg::RowSink row) {
    const auto place = [](Place at) {
        return "('" + std::to_string(at.xid) + "'::xid8, " + std::to_string(at.id) + ")";
    };
    std::string sql("copy (select ");
    sql.append(hashed_columns).append(" from audit where (xid, id) < ").append(place(to));
    if (from)
        sql.append(" and (xid, id) >= ").append(place(*from));
    sql.append(") to stdout (format binary)");
    co_await tx.copy_out(std::move(sql), std::move(row));
}

}  // namespace cambist::office::verify
