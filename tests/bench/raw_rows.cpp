#include "tests/bench/raw_rows.hpp"

#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/harness.hpp"

namespace cambist::bench {

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr std::uint32_t int8_type = 20;
constexpr std::int64_t day_ns = 86'400'000'000'000;

/// Writes PostgreSQL's binary wire forms.
class BinaryRows {
  public:
    void begin_copy() { bytes_.append("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19); }
    void end_copy() { add<std::int16_t>(htons(0xffff)); }
    void begin_row(std::int16_t columns) { add(htons(static_cast<std::uint16_t>(columns))); }
    void int8(std::int64_t value) { sized(htobe64(static_cast<std::uint64_t>(value))); }
    void int4(std::int32_t value) { sized(htonl(static_cast<std::uint32_t>(value))); }
    void int2(std::int16_t value) { sized(htons(static_cast<std::uint16_t>(value))); }
    void boolean(bool value) { sized(static_cast<char>(value)); }
    void null() { add(htonl(0xffffffff)); }
    void text(std::string_view value) {
        add(htonl(static_cast<std::uint32_t>(value.size())));
        bytes_.append(value);
    }
    void begin_int8_array(std::size_t count) {
        for (const std::uint32_t word : {1u, 0u, int8_type, static_cast<std::uint32_t>(count), 1u})
            add(htonl(word));
    }
    const std::string& bytes() const { return bytes_; }

  private:
    template <class T>
    void add(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    template <class T>
    void sized(T value) {
        add(htonl(sizeof value));
        add(value);
    }
    std::string bytes_;
};

struct Batch {
    std::string deals;                           ///< a whole binary COPY
    std::array<std::string, 4> account_columns;  ///< login, balance, version, hash
};

[[noreturn]] void fail(PGconn* database) {
    std::fprintf(stderr, "bench_floors: %s\n", PQerrorMessage(database));
    std::exit(2);
}

void run(PGconn* database, const std::string& sql) {
    const Result result(
        PQexecParams(database, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1), PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail(database);
}

constexpr const char* deal_columns =
    "server_id, ticket, version, login, kind, entry, reason, order_ticket, position_ticket, dealer,"
    " symbol, volume, volume_closed, price, bid, ask, price_digits, contract_size, rate_e8, profit,"
    " swap, commission, fee, currency_digits, book, op_id, comment, ts_ns, modified_ns, epoch, seq,"
    " row_hash";

void add_deal(BinaryRows& rows, std::int64_t ticket, std::int64_t login, std::int64_t ts_ns) {
    Sequence random(static_cast<std::uint64_t>(ticket));
    rows.begin_row(32);
    rows.int4(1);
    rows.int8(ticket);
    rows.int8(1);
    rows.int8(login);
    rows.int4(static_cast<std::int32_t>(ticket % 2));
    rows.int4(static_cast<std::int32_t>(ticket % 2));
    rows.int4(0);
    rows.int8(ticket);
    rows.int8(ticket);
    rows.int8(0);
    rows.text("EURUSD");
    rows.int8(static_cast<std::int64_t>(10'000'000 * (1 + random.below(20))));
    rows.int8(0);
    for (const std::int64_t price : {139'000, 139'000, 139'002})
        rows.int8(price);
    rows.int2(5);
    rows.int8(10'000'000'000'000);
    rows.int8(100'000'000);
    rows.int8(static_cast<std::int64_t>(random.below(2001)) - 1000);
    rows.int8(0);
    rows.int8(-7);
    rows.int8(0);
    rows.int2(2);
    rows.int2(2);
    rows.null();
    rows.text("");
    rows.int8(ts_ns);
    rows.int8(ts_ns);
    rows.int8(1);
    rows.int8(2 * ticket);
    rows.int8(static_cast<std::int64_t>(random.next()));
}

/// One batch: `half` deals, and one row for each account among them.
Batch make_batch(std::int64_t first_ticket, long half, long accounts, std::int64_t now_ns) {
    BinaryRows deals;
    std::vector<std::int64_t> logins;
    std::vector<bool> seen(static_cast<std::size_t>(accounts) + 1);
    deals.begin_copy();
    for (long at = 0; at < half; ++at) {
        const std::int64_t ticket = first_ticket + at;
        Sequence random(static_cast<std::uint64_t>(ticket) * 7919);
        const auto login =
            static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(accounts)));
        add_deal(deals, ticket, login, now_ns + ticket);
        if (!seen[static_cast<std::size_t>(login)])
            logins.push_back(login);
        seen[static_cast<std::size_t>(login)] = true;
    }
    deals.end_copy();
    Batch batch{deals.bytes(), {}};
    for (std::size_t column = 0; column < batch.account_columns.size(); ++column) {
        BinaryRows values;
        values.begin_int8_array(logins.size());
        for (const std::int64_t login : logins)
            values.int8(column == 0 ? login : login * 31 + first_ticket);
        batch.account_columns[column] = values.bytes();
    }
    return batch;
}

void copy_deals(PGconn* database, const std::string& rows) {
    const std::string sql =
        std::string("COPY cambist.deal (") + deal_columns + ") FROM STDIN (FORMAT binary)";
    const Result began(
        PQexecParams(database, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0), PQclear);
    if (PQresultStatus(began.get()) != PGRES_COPY_IN ||
        PQputCopyData(database, rows.data(), static_cast<int>(rows.size())) != 1 ||
        PQputCopyEnd(database, nullptr) != 1)
        fail(database);
    while (PGresult* raw = PQgetResult(database)) {
        const Result result(raw, PQclear);
        if (PQresultStatus(raw) != PGRES_COMMAND_OK)
            fail(database);
    }
}

void update_accounts(PGconn* database, const Batch& batch) {
    static constexpr const char* sql =
        "UPDATE cambist.account a SET balance = n.balance, server_version = n.version,"
        " row_hash = n.hash FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])"
        " n(login, balance, version, hash) WHERE a.server_id = 1 AND a.login = n.login";
    std::array<const char*, 4> values{};
    std::array<int, 4> lengths{}, formats{1, 1, 1, 1};
    for (std::size_t at = 0; at < values.size(); ++at) {
        values[at] = batch.account_columns[at].data();
        lengths[at] = static_cast<int>(batch.account_columns[at].size());
    }
    const Result result(
        PQexecParams(database, sql, 4, nullptr, values.data(), lengths.data(), formats.data(), 1),
        PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        fail(database);
}

}  // namespace

void measure_raw_rows(const char* dsn, long deals, long accounts, long batch) {
    const Connection database(PQconnectdb(dsn), PQfinish);
    if (PQstatus(database.get()) != CONNECTION_OK)
        fail(database.get());
    run(database.get(),
        "INSERT INTO cambist.server (id, name) VALUES (1, 'floor')"
        " ON CONFLICT DO NOTHING");
    run(database.get(),
        "INSERT INTO cambist.account (server_id, login) SELECT 1, n FROM"
        " generate_series(1, " +
            std::to_string(accounts) + ") n ON CONFLICT DO NOTHING");
    const long half = batch / 2;
    const std::int64_t now_ns = std::int64_t(time(nullptr)) / 86'400 * day_ns;
    std::vector<Batch> batches;
    for (long first = 0; first < deals; first += half)
        batches.push_back(make_batch(first + 1, std::min(half, deals - first), accounts, now_ns));

    const std::int64_t began = ticks_ns();
    for (const Batch& each : batches) {
        run(database.get(), "BEGIN");
        copy_deals(database.get(), each.deals);
        update_accounts(database.get(), each);
        run(database.get(), "COMMIT");
    }
    const double seconds = static_cast<double>(ticks_ns() - began) / 1e9;
    std::printf("{\"floor\":\"rows\",\"events_per_second\":%.0f}\n",
                2 * static_cast<double>(deals) / seconds);
}

}  // namespace cambist::bench
