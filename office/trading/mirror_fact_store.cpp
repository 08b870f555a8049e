#include "office/trading/mirror_fact_store.hpp"

#include <array>
#include <string_view>

#include "office/trading/mirror_columns.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::office::mirror {

namespace {

using pg::Query;

constexpr Query upsert_groups{
    "mirror_groups",
    "insert into trading_group as g (server_id, group_id, version, name, currency, "
    "  currency_digits, permissions, trade_flags, default_leverage_x100, stopout_bp, "
    "  margin_call_bp, margin_mode, default_trade_mode, is_demo, deleted, row_hash) "
    "select $1, id, version, name, currency, digits, permissions, flags, leverage, stopout, call, "
    "  margin_mode, trade_mode, demo <> 0, gone <> 0, hash "
    "from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::smallint[], "
    "    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::smallint[], "
    "    $13::smallint[], $14::smallint[], $15::smallint[], $16::bigint[]) "
    "  as n(id, version, name, currency, digits, permissions, flags, leverage, stopout, call, "
    "    margin_mode, trade_mode, demo, gone, hash) "
    "on conflict (server_id, group_id) do update set version = excluded.version, "
    "  name = excluded.name, currency = excluded.currency, "
    "  currency_digits = excluded.currency_digits, permissions = excluded.permissions, "
    "  trade_flags = excluded.trade_flags, "
    "  default_leverage_x100 = excluded.default_leverage_x100, "
    "  stopout_bp = excluded.stopout_bp, margin_call_bp = excluded.margin_call_bp, "
    "  margin_mode = excluded.margin_mode, default_trade_mode = excluded.default_trade_mode, "
    "  is_demo = excluded.is_demo, deleted = excluded.deleted, row_hash = excluded.row_hash "
    "where g.version <= excluded.version"};
constexpr Query upsert_symbols{
    "mirror_symbols",
    "insert into trading_symbol as s (server_id, symbol_id, version, name, contract_size, "
    "  price_digits, trade_mode, currency_base, currency_profit, currency_margin, row_hash) "
    "select $1, * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], "
    "  $6::smallint[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::bigint[]) "
    "on conflict (server_id, symbol_id) do update set version = excluded.version, "
    "  name = excluded.name, contract_size = excluded.contract_size, "
    "  price_digits = excluded.price_digits, trade_mode = excluded.trade_mode, "
    "  currency_base = excluded.currency_base, currency_profit = excluded.currency_profit, "
    "  currency_margin = excluded.currency_margin, row_hash = excluded.row_hash, deleted = false "
    "where s.version <= excluded.version"};
constexpr Query insert_positions{
    "mirror_positions",
    "insert into position_event (server_id, epoch, ts_ns, seq, login, position_ticket, symbol, "
    "  side, volume, price_open, price_digits, sl, tp, opened_ns, version) "
    "select $1, $2, $3, * from unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], "
    "  $8::smallint[], $9::bigint[], $10::bigint[], $11::smallint[], $12::bigint[], "
    "  $13::bigint[], $14::bigint[], $15::bigint[])"};
constexpr Query insert_margins{
    "mirror_margins",
    "insert into margin_event (server_id, epoch, seq, login, so_state, balance, credit, equity, "
    "  margin, margin_free, floating, margin_level_bp, ts_ns) "
    "select $1, $2, seq, login, state, balance, credit, equity, margin, margin_free, "
    "  equity - balance - credit, level, at "
    "from unnest($3::bigint[], $4::bigint[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[], "
    "    $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]) "
    "  as n(seq, login, state, balance, credit, equity, margin, margin_free, level, at)"};
constexpr Query upsert_days{
    "mirror_days",
    "insert into eod_equity (server_id, login, day, balance, credit, equity, margin, floating, "
    "  currency_digits) "
    "select distinct on (login, day) $1, login, day, balance, credit, equity, margin, floating, "
    "  digits from unnest($2::bigint[], $3::timestamptz[], $4::bigint[], $5::bigint[], "
    "    $6::bigint[], $7::bigint[], $8::bigint[], $9::smallint[]) with ordinality "
    "  as n(login, day, balance, credit, equity, margin, floating, digits, place) "
    "order by login, day, place desc "
    "on conflict (server_id, login, day) do update set balance = excluded.balance, "
    "  credit = excluded.credit, equity = excluded.equity, margin = excluded.margin, "
    "  floating = excluded.floating, currency_digits = excluded.currency_digits"};
constexpr Query insert_refusals{
    "mirror_refusals",
    "insert into refusal (server_id, id_epoch, id_seq, login, kind, refusal, count, first_ns, "
    "  last_ns, policy_version, observed_only) "
    "select $1, boot, number, login, kind, refusal, count, first, last, version, observed <> 0 "
    "from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], "
    "    $8::bigint[], $9::bigint[], $10::bigint[], $11::smallint[]) "
    "  as n(boot, number, login, kind, refusal, count, first, last, version, observed) "
    "on conflict (server_id, id_epoch, id_seq, first_ns) do nothing"};
constexpr Query set_last_access{
    "mirror_last_access",
    "update account a set last_access_ns = greatest(a.last_access_ns, n.at) "
    "from unnest($2::bigint[], $3::bigint[]) as n(login, at) "
    "where a.server_id = $1 and a.login = n.login"};
constexpr Query begin_resync{"mirror_begin_resync",
                             "with cause as (update stream_epoch set cause = $3 "
                             "  where server_id = $1 and epoch = $2 and cause = '') "
                             "insert into resync (server_id, epoch, cause, first_seq) "
                             "values ($1, $2, $3, $4)"};
/// A snapshot tells every open position. Those that it did not tell are gone, and the events that
/// said so were lost with the server.
constexpr Query close_untold_positions{
    "mirror_close_untold_positions",
    "insert into position_event (server_id, epoch, ts_ns, seq, login, position_ticket, symbol, "
    "  side, volume, price_open, price_digits, sl, tp, opened_ns, version) "
    "select $1, $2, $3 + row_number() over (order by position_ticket), $4, login, "
    "  position_ticket, symbol, side, 0, price_open, price_digits, sl, tp, opened_ns, version + 1 "
    "from (select distinct on (position_ticket) * from position_event where server_id = $1 "
    "  order by position_ticket, version desc, epoch desc, seq desc) last "
    "where volume > 0 and (epoch, seq) < ($2, (select first_seq from resync "
    "  where server_id = $1 and epoch = $2 and ended_at is null order by id desc limit 1))"};
constexpr Query end_resync{
    "mirror_end_resync",
    "update resync set ended_at = clock_timestamp(), rows = $3 where id = ("
    "  select max(id) from resync where server_id = $1 and epoch = $2 and ended_at is null)"};

constexpr std::array<std::string_view, 5> asked_names{"", "trade", "funds", "login", "user_change"};
constexpr std::array<std::string_view, 7> resync_causes{
    "", "first_start", "restart", "journal_damaged", "overrun", "asked_by_bridge", "host_said_so"};

/// Columns of one kind of record by member.
template <class Record>
class Columns {
  public:
    explicit Columns(const std::vector<Told<Record>>& rows) : rows_(rows) {}

    template <class T = std::int64_t, class Member>
    std::vector<T> of(Member member) const {
        return column<T>(rows_, [member](const Told<Record>& row) { return row.record->*member; });
    }
    template <class Member>
    std::vector<std::int64_t> id(Member member) const {
        return column<std::int64_t>(
            rows_, [member](const Told<Record>& row) { return (row.record->*member).value; });
    }
    template <class Member>
    std::vector<std::int64_t> ns(Member member) const {
        return column<std::int64_t>(
            rows_, [member](const Told<Record>& row) { return (row.record->*member).ns; });
    }
    template <class Member>
    std::vector<std::string_view> text(Member member) const {
        return column<std::string_view>(
            rows_, [member](const Told<Record>& row) { return (row.record->*member).view(); });
    }
    std::vector<std::uint64_t> seq() const {
        return column<std::uint64_t>(rows_, [](const Told<Record>& row) { return row.seq; });
    }
    std::vector<std::uint64_t> hash() const {
        return column<std::uint64_t>(rows_, [](const Told<Record>& row) { return row.hash; });
    }

  private:
    const std::vector<Told<Record>>& rows_;
};

using Small = std::int16_t;

void send(pg::Transaction& tx, ServerId server, const std::vector<Told<GroupRecord>>& rows) {
    using R = GroupRecord;
    const Columns<R> c(rows);
    tx.send(upsert_groups, server, c.id(&R::group_id), c.of(&R::version), c.text(&R::name),
            c.text(&R::currency), c.template of<Small>(&R::currency_digits), c.of(&R::permissions),
            c.of(&R::trade_flags), c.of(&R::default_leverage_x100), c.of(&R::stopout_bp),
            c.of(&R::margin_call_bp), c.template of<Small>(&R::margin_mode),
            c.template of<Small>(&R::trade_mode), c.template of<Small>(&R::is_demo),
            c.template of<Small>(&R::gone), c.hash());
}

void send(pg::Transaction& tx, ServerId server, const std::vector<Told<SymbolRecord>>& rows) {
    using R = SymbolRecord;
    const Columns<R> c(rows);
    tx.send(upsert_symbols, server, c.id(&R::symbol_id), c.of(&R::version), c.text(&R::name),
            c.of(&R::contract_size_e8), c.template of<Small>(&R::price_digits),
            c.template of<Small>(&R::trade_mode), c.text(&R::currency_base),
            c.text(&R::currency_profit), c.text(&R::currency_margin), c.hash());
}

void send(pg::Transaction& tx, ServerId server, std::uint64_t epoch, Instant now,
          const std::vector<Told<PositionRecord>>& rows) {
    using R = PositionRecord;
    const Columns<R> c(rows);
    tx.send(insert_positions, server, epoch, now.ns, c.seq(), c.id(&R::login), c.of(&R::ticket),
            c.text(&R::symbol), c.template of<Small>(&R::side), c.of(&R::volume),
            c.of(&R::price_open), c.template of<Small>(&R::price_digits), c.of(&R::sl),
            c.of(&R::tp), c.ns(&R::opened), c.of(&R::version));
}

void send(pg::Transaction& tx, ServerId server, std::uint64_t epoch,
          const std::vector<Told<MarginRecord>>& rows) {
    using R = MarginRecord;
    const Columns<R> c(rows);
    tx.send(insert_margins, server, epoch, c.seq(), c.id(&R::login),
            c.template of<std::int32_t>(&R::state), c.of(&R::balance), c.of(&R::credit),
            c.of(&R::equity), c.of(&R::margin), c.of(&R::margin_free), c.of(&R::level_bp),
            c.ns(&R::at));
}

void send(pg::Transaction& tx, ServerId server, const std::vector<Told<EndOfDayRecord>>& rows) {
    using R = EndOfDayRecord;
    const Columns<R> c(rows);
    tx.send(upsert_days, server, c.id(&R::login), c.template of<Instant>(&R::day),
            c.of(&R::balance), c.of(&R::credit), c.of(&R::equity), c.of(&R::margin),
            c.of(&R::floating), c.template of<Small>(&R::currency_digits));
}

void send(pg::Transaction& tx, ServerId server, const std::vector<Told<RefusalRecord>>& rows) {
    using R = RefusalRecord;
    const Columns<R> c(rows);
    const auto kinds = column<std::string_view>(rows, [](const Told<R>& row) {
        return asked_names[static_cast<std::size_t>(row.record->asked)];
    });
    const auto refusals = column<std::string_view>(
        rows, [](const Told<R>& row) { return name_of(row.record->refusal); });
    const auto observed =
        column<Small>(rows, [](const Told<R>& row) { return !row.record->enforced; });
    tx.send(insert_refusals, server, c.of(&R::boot), c.of(&R::number), c.id(&R::login), kinds,
            refusals, c.of(&R::count), c.ns(&R::first), c.ns(&R::last), c.of(&R::policy_version),
            observed);
}

void send_last_access(pg::Transaction& tx, ServerId server,
                      const std::vector<Told<NoticeRecord>>& notices) {
    std::vector<std::uint64_t> logins;
    std::vector<std::int64_t> times;
    for (const Told<NoticeRecord>& notice : notices) {
        if (notice.record->kind != NoticeKind::logged_in)
            continue;
        logins.push_back(notice.record->login.value);
        times.push_back(notice.record->at.ns);
    }
    if (!logins.empty())
        tx.send(set_last_access, server, logins, times);
}

}  // namespace

void send_facts(pg::Transaction& tx, ServerId server, const MirrorBatch& batch, Instant now) {
    if (!batch.groups.empty())
        send(tx, server, batch.groups);
    if (!batch.symbols.empty())
        send(tx, server, batch.symbols);
    if (!batch.positions.empty())
        send(tx, server, batch.epoch, now, batch.positions);
    if (!batch.margins.empty())
        send(tx, server, batch.epoch, batch.margins);
    if (!batch.days.empty())
        send(tx, server, batch.days);
    if (!batch.refusals.empty())
        send(tx, server, batch.refusals);
    send_last_access(tx, server, batch.notices);
    for (const Told<ResyncRecord>& told : batch.resyncs) {
        const ResyncRecord& resync = *told.record;
        if (resync.ended) {
            tx.send(close_untold_positions, server, batch.epoch, now.ns, told.seq);
            tx.send(end_resync, server, batch.epoch, resync.rows);
        } else {
            tx.send(begin_resync, server, batch.epoch,
                    resync_causes[static_cast<std::size_t>(resync.cause)], told.seq);
        }
    }
}

}  // namespace cambist::office::mirror
