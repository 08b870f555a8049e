#include "office/trading/mirror_deal_store.hpp"

#include <algorithm>
#include <unordered_map>

#include "office/pg/copy_rows.hpp"
#include "office/trading/mirror_columns.hpp"

namespace cambist::office::mirror {

namespace {

using pg::Query;
using Row = Told<DealRecord>;

/// Below this a statement is quicker than COPY, which needs round trips of its own.
constexpr std::size_t smallest_copy = 128;

#define DEAL_COLUMNS                                                                          \
    "server_id, ticket, version, login, kind, entry, reason, order_ticket, position_ticket, " \
    "dealer, symbol, volume, volume_closed, price, bid, ask, price_digits, contract_size, "   \
    "rate_e8, profit, swap, commission, fee, currency_digits, book, op_id, comment, ts_ns, "  \
    "modified_ns, epoch, seq, row_hash, deleted, direct"
constexpr const char* copy_deals = "copy deal (" DEAL_COLUMNS ") from stdin (format binary)";
#define DEAL_ROWS                                                                                  \
    "select $1::int as server_id, n.ticket, n.version, n.login, n.kind, n.entry, n.reason, "       \
    "  n.order_ticket, n.position_ticket, n.dealer, n.symbol, n.volume, n.volume_closed, "         \
    "n.price, "                                                                                    \
    "  n.bid, n.ask, n.price_digits, n.contract_size, n.rate_e8, n.profit, n.swap, n.commission, " \
    "  n.fee, n.currency_digits, n.book, n.op_id, n.comment, n.ts_ns, n.modified_ns, "             \
    "  $2::bigint as epoch, n.seq, n.row_hash, n.deleted <> 0 as deleted, n.direct <> 0 as "       \
    "direct "                                                                                      \
    "from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::int[], $7::int[], $8::int[], "      \
    "  $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::bigint[], $14::bigint[], "    \
    "  $15::bigint[], $16::bigint[], $17::bigint[], $18::smallint[], $19::bigint[], "              \
    "  $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], "                \
    "  $25::smallint[], $26::smallint[], $27::uuid[], $28::text[], $29::bigint[], $30::bigint[], " \
    "  $31::bigint[], $32::bigint[], $33::smallint[], $34::smallint[]) "                           \
    "as n(ticket, version, login, kind, entry, reason, order_ticket, position_ticket, dealer, "    \
    "  symbol, volume, volume_closed, price, bid, ask, price_digits, contract_size, rate_e8, "     \
    "  profit, swap, commission, fee, currency_digits, book, op_id, comment, ts_ns, modified_ns, " \
    "  seq, row_hash, deleted, direct)"
constexpr Query insert_deals{"mirror_insert_deals",
                             "insert into deal (" DEAL_COLUMNS ") " DEAL_ROWS};
constexpr Query update_deals{
    "mirror_update_deals",
    "update deal d set version = n.version, login = n.login, kind = n.kind, entry = n.entry, "
    "  reason = n.reason, order_ticket = n.order_ticket, position_ticket = n.position_ticket, "
    "  dealer = n.dealer, symbol = n.symbol, volume = n.volume, volume_closed = n.volume_closed, "
    "  price = n.price, bid = n.bid, ask = n.ask, price_digits = n.price_digits, "
    "  contract_size = n.contract_size, rate_e8 = n.rate_e8, profit = n.profit, swap = n.swap, "
    "  commission = n.commission, fee = n.fee, currency_digits = n.currency_digits, "
    "  book = n.book, op_id = n.op_id, comment = n.comment, ts_ns = n.ts_ns, "
    "  modified_ns = n.modified_ns, epoch = n.epoch, seq = n.seq, row_hash = n.row_hash, "
    "  deleted = n.deleted, direct = n.direct or d.direct, vanished = false "
    "from (" DEAL_ROWS
    ") n join unnest($3::bigint[], $35::bigint[]) as o(ticket, ts_ns) "
    "  using (ticket) "
    "where d.server_id = $1 and d.ticket = n.ticket and d.ts_ns = o.ts_ns"};
#undef DEAL_ROWS
#undef DEAL_COLUMNS
constexpr Query lock_deals{
    "mirror_lock_deals",
    "select ticket, version, login, ts_ns, kind, profit, swap, commission, fee, deleted, vanished, "
    "  row_hash "
    "from deal where server_id = $1 and ticket = any($2) order by vanished desc for update"};
constexpr Query policy_then{
    "mirror_policy_then",
    "select d.place, p.version, p.rights, p.reserved, coalesce(a.balance, 0) "
    "from unnest($2::int[], $3::bigint[], $4::timestamptz[]) as d(place, login, done) "
    "join account a on a.server_id = $1 and a.login = d.login and a.in_scope "
    "left join lateral (select v.version, v.rights, v.reserved from policy_version v "
    "  where v.server_id = $1 and v.login = d.login and v.enforced_at <= d.done "
    "  order by v.version desc limit 1) p on true"};
constexpr Query sum_deals{
    "mirror_sum_deals",
    "select count(*), coalesce(sum(row_hash & 4294967295), 0)::bigint, "
    "  coalesce(sum(row_hash >> 32), 0)::bigint "
    "from deal where server_id = $1 and ticket = any($2) and ts_ns between $3 and $4 "
    "  and not vanished"};

constexpr Query hashes_of_deals{
    "mirror_hashes_of_deals",
    "select ticket, row_hash from deal where server_id = $1 and ticket between $2 and $3 "
    "  and ts_ns between $4 and $5 and not vanished"};
/// Tickets that lie closer together than this are read as one range.
constexpr std::uint64_t most_gaps = 4;

void copy_row(pg::CopyRows& rows, ServerId server, std::uint64_t epoch, const Row& row) {
    const DealRecord& deal = *row.record;
    rows.row(34).add(static_cast<std::int32_t>(server.value)).add(deal.ticket.value);
    rows.add(deal.version).add(deal.login.value).add(static_cast<std::int32_t>(deal.kind));
    rows.add(static_cast<std::int32_t>(deal.entry)).add(static_cast<std::int32_t>(deal.reason));
    rows.add(deal.order).add(deal.position).add(deal.dealer).add(deal.symbol.view());
    rows.add(deal.volume).add(deal.volume_closed).add(deal.price).add(deal.bid).add(deal.ask);
    rows.add(static_cast<std::int16_t>(deal.price_digits)).add(deal.contract_size_e8);
    rows.add(deal.rate_e8).add(deal.profit).add(deal.swap).add(deal.commission).add(deal.fee);
    rows.add(static_cast<std::int16_t>(deal.currency_digits));
    rows.add(static_cast<std::int16_t>(deal.book));
    if (deal.operation.empty())
        rows.null();
    else
        rows.add(deal.operation);
    rows.add(deal.comment.view()).add(deal.done.ns).add(deal.modified.ns).add(epoch).add(row.seq);
    rows.add(row.hash).add(deal.deleted).add(deal.direct);
}

/// $1 .. $34.
pg::Parameters deal_columns(ServerId server, std::uint64_t epoch, Deals deals) {
    const auto big = [&](auto member) {
        return column<std::int64_t>(deals, [member](const Row& row) {
            return static_cast<std::int64_t>(row.record->*member);
        });
    };
    const auto middle = [&](auto member) {
        return column<std::int32_t>(deals,
                                    [member](const Row& row) { return row.record->*member; });
    };
    const auto small = [&](auto member) {
        return column<std::int16_t>(deals,
                                    [member](const Row& row) { return row.record->*member; });
    };
    const auto text = [&](auto member) {
        return column<std::string_view>(
            deals, [member](const Row& row) { return (row.record->*member).view(); });
    };
    using D = DealRecord;
    pg::Parameters p;
    p.add(server).add(epoch);
    p.add(column<std::uint64_t>(deals, [](const Row& row) { return row.record->ticket.value; }));
    p.add(big(&D::version));
    p.add(column<std::uint64_t>(deals, [](const Row& row) { return row.record->login.value; }));
    p.add(middle(&D::kind)).add(middle(&D::entry)).add(middle(&D::reason));
    p.add(big(&D::order)).add(big(&D::position)).add(big(&D::dealer)).add(text(&D::symbol));
    p.add(big(&D::volume)).add(big(&D::volume_closed)).add(big(&D::price)).add(big(&D::bid));
    p.add(big(&D::ask)).add(small(&D::price_digits)).add(big(&D::contract_size_e8));
    p.add(big(&D::rate_e8)).add(big(&D::profit)).add(big(&D::swap)).add(big(&D::commission));
    p.add(big(&D::fee)).add(small(&D::currency_digits)).add(small(&D::book));
    p.add(column<OperationId>(deals, [](const Row& row) { return row.record->operation; }));
    p.add(text(&D::comment));
    p.add(column<std::int64_t>(deals, [](const Row& row) { return row.record->done.ns; }));
    p.add(column<std::int64_t>(deals, [](const Row& row) { return row.record->modified.ns; }));
    p.add(column<std::uint64_t>(deals, [](const Row& row) { return row.seq; }));
    p.add(column<std::uint64_t>(deals, [](const Row& row) { return row.hash; }));
    p.add(small(&D::deleted)).add(small(&D::direct));
    return p;
}

/// A deal as PostgreSQL holds it.
struct Held {
    std::uint64_t version = 0, hash = 0;
    std::int64_t ts_ns = 0;
    bool vanished = false;
    Login login;
    std::int64_t balance = 0;  ///< what it adds to the balance
};

Held held_of(const pg::Row& row) {
    DealRecord deal;
    deal.kind = row.get<std::uint32_t>(4);
    deal.profit = row.get<std::int64_t>(5);
    deal.swap = row.get<std::int64_t>(6);
    deal.commission = row.get<std::int64_t>(7);
    deal.fee = row.get<std::int64_t>(8);
    deal.deleted = row.get<bool>(9);
    const bool vanished = row.get<bool>(10);
    return {row.get<std::uint64_t>(1), row.get<std::uint64_t>(11),
            row.get<std::int64_t>(3),  vanished,
            row.get<Login>(2),         vanished ? 0 : balance_change(deal)};
}

/// The same for tickets that lie close together.
awaitable<HashSum> sum_of_range(pg::Transaction& tx, ServerId server,
                                std::vector<std::uint64_t> tickets, Instant first, Instant last) {
    const auto rows = co_await tx.execute(hashes_of_deals, server, tickets.front(), tickets.back(),
                                          first.ns, last.ns);
    HashSum sum;
    for (const pg::Row row : rows) {
        if (!std::ranges::binary_search(tickets, row.get<std::uint64_t>(0)))
            continue;
        ++sum.rows;
        sum.sum += row.get<std::uint64_t>(1);
    }
    co_return sum;
}

}  // namespace

awaitable<void> add_new_deals(pg::Transaction& tx, ServerId server, std::uint64_t epoch,
                              Deals deals) {
    if (deals.size() < smallest_copy) {
        tx.send_with(insert_deals, deal_columns(server, epoch, deals));
        co_return;
    }
    pg::CopyRows rows;
    for (const Row& row : deals)
        copy_row(rows, server, epoch, row);
    const std::string_view stream = rows.finish();
    co_await tx.copy_in(copy_deals, stream);
}

bool is_known_deal(const pg::DatabaseError& error) {
    return error.sqlstate() == "23505" && error.constraint().starts_with("deal_");
}

DealTotals totals_of(Deals deals) {
    DealTotals totals;
    for (const Row& row : deals)
        totals[row.record->login] += balance_change(*row.record);
    return totals;
}

awaitable<MergedDeals> merge_deals(pg::Transaction& tx, ServerId server, std::uint64_t epoch,
                                   std::vector<Told<DealRecord>> deals) {
    const auto tickets =
        column<std::uint64_t>(deals, [](const Row& row) { return row.record->ticket.value; });
    const auto rows = co_await tx.execute(lock_deals, server, tickets);
    std::unordered_map<std::uint64_t, Held> held;
    for (const pg::Row row : rows)
        held[row.get<std::uint64_t>(0)] = held_of(row);

    MergedDeals merged;
    std::vector<Row> added, changed;
    std::vector<std::int64_t> places;
    for (const Row& row : deals) {
        const auto known = held.find(row.record->ticket.value);
        // A vanished deal stays as evidence when its ticket is given to another one.
        const bool reused = known != held.end() && known->second.vanished &&
                            known->second.ts_ns != row.record->done.ns;
        if (known == held.end() || reused) {
            added.push_back(row);
            merged.totals[row.record->login] += balance_change(*row.record);
            continue;
        }
        ++merged.known;
        // The same version again may lack the mark of a direct deal: its hash is taken over.
        const bool same =
            known->second.version == row.record->version && known->second.hash == row.hash;
        if (!known->second.vanished && (same || known->second.version > row.record->version))
            continue;
        changed.push_back(row);
        places.push_back(known->second.ts_ns);
        merged.totals[known->second.login] -= known->second.balance;
        merged.totals[row.record->login] += balance_change(*row.record);
    }
    if (!added.empty())
        tx.send_with(insert_deals, deal_columns(server, epoch, added));
    if (!changed.empty()) {
        auto parameters = deal_columns(server, epoch, changed);
        parameters.add(places);
        tx.send_with(update_deals, std::move(parameters));
    }
    co_return merged;
}

awaitable<std::vector<Drift>> judge_deals(pg::Transaction& tx, ServerId server,
                                          std::vector<const DealRecord*> suspects) {
    std::vector<std::int32_t> places;
    for (std::size_t at = 0; at < suspects.size(); ++at)
        places.push_back(static_cast<std::int32_t>(at));
    const auto logins =
        column<std::uint64_t>(suspects, [](const DealRecord* deal) { return deal->login.value; });
    const auto times = column<Instant>(suspects, [](const DealRecord* deal) { return deal->done; });
    const auto rows = co_await tx.execute(policy_then, server, places, logins, times);
    std::vector<Drift> drifts;
    for (const pg::Row row : rows) {
        PolicyThen policy;
        if (!row.is_null(1))
            policy = {
                row.get<std::int64_t>(1), {row.get<std::uint16_t>(2)}, row.get<std::int64_t>(3)};
        const auto& deal = *suspects[row.get<std::uint64_t>(0)];
        if (auto drift = judge_deal(deal, policy, row.get<std::int64_t>(4)))
            drifts.push_back(std::move(*drift));
    }
    co_return drifts;
}

awaitable<HashSum> sum_of_deals(pg::Transaction& tx, ServerId server,
                                std::vector<std::uint64_t> tickets, Instant first, Instant last) {
    if (!tickets.empty() && tickets.back() - tickets.front() < most_gaps * tickets.size())
        co_return co_await sum_of_range(tx, server, std::move(tickets), first, last);
    const auto rows = co_await tx.execute(sum_deals, server, tickets, first.ns, last.ns);
    const auto row = rows.one();
    co_return HashSum{row.get<std::uint64_t>(0),
                      row.get<std::uint64_t>(1) + (row.get<std::uint64_t>(2) << 32)};
}

}  // namespace cambist::office::mirror
