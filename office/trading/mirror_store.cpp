#include "office/trading/mirror_store.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <numeric>
#include <unordered_set>

#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/trading/mirror_columns.hpp"
#include "office/trading/mirror_fact_store.hpp"

namespace cambist::office::mirror {

namespace {

namespace json = boost::json;
using pg::Query;

constexpr Query get_cursor{
    "cursor_find", "select bridge_epoch, epoch, seq from stream_cursor where server_id = $1"};
constexpr Query get_deals_since{
    "epoch_deals_since",
    "select deals_since_ns from stream_epoch where server_id = $1 and epoch = $2"};
constexpr Query find_snapshot{"mirror_snapshot_ended",
                              "select exists (select from resync where server_id = $1 "
                              "and epoch = $2 and ended_at is not null)"};
constexpr Query move_epoch{
    "cursor_begin_epoch",
    "update stream_cursor set epoch = $5, seq = 0, digest_seq = 0, applied_at = clock_timestamp() "
    "where server_id = $1 and bridge_epoch = $2 and epoch = $3 and seq = $4"};
constexpr Query end_epochs{"epoch_end",
                           "update stream_epoch set ended_at = clock_timestamp() "
                           "where server_id = $1 and epoch < $2 and ended_at is null"};
constexpr Query add_epoch{
    "epoch_begin",
    "insert into stream_epoch (server_id, epoch, deals_since_ns) "
    "select $1, $2, coalesce("
    "  (select e.deals_since_ns from stream_epoch e where e.server_id = $1 "
    "   and e.epoch = $3 and not exists (select from resync r "
    "     where r.server_id = $1 and r.epoch = $3 and r.ended_at is not null)), "
    "  (select greatest(0, max(modified_ns) - 3600000000000) from deal "
    "   where server_id = $1), 0) "
    "on conflict do nothing"};
constexpr Query forget_gone{"epoch_forget_gone",
                            "update account set row_hash = 0 "
                            "where server_id = $1 and deleted and row_hash <> 0"};
constexpr Query move_cursor{
    "cursor_move",
    "update stream_cursor set seq = $5, applied_at = clock_timestamp() "
    "where server_id = $1 and bridge_epoch = $2 and epoch = $3 and seq = $4 returning seq"};
constexpr Query count_events{"epoch_count_events",
                             "update stream_epoch set events_applied = events_applied + $3, "
                             "last_seq = $4 where server_id = $1 and epoch = $2"};
constexpr Query digest_equal{"cursor_digest_equal",
                             "update stream_cursor set digest_seq = $2 where server_id = $1"};
constexpr Query sum_accounts{"mirror_sum_accounts",
                             "select count(*), coalesce(sum(row_hash & 4294967295), 0)::bigint, "
                             "  coalesce(sum(row_hash >> 32), 0)::bigint "
                             "from account where server_id = $1 and row_hash <> 0"};
constexpr Query add_drifts{
    "drift_record",
    "insert into drift (server_id, login, field, office_value, server_value, found_by, repaired, "
    "  resolved_at) "
    "select $1, n.*, $6, $7, case when $7 then clock_timestamp() end "
    "from unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) "
    "  as n(login, field, office_value, server_value) "
    "where not exists (select from drift d where d.server_id = $1 and d.login = n.login "
    "  and d.field = n.field and d.server_value = n.server_value and d.resolved_at is null)"};
constexpr Query settle_digest{"drift_settle_digest",
                              "update drift set resolved_at = clock_timestamp(), repaired = true "
                              "where server_id = $1 and login = 0 and field = $2 "
                              "and resolved_at is null"};
constexpr Query add_poison{"quarantine_add",
                           "insert into quarantine (server_id, epoch, seq, login, reason, frame) "
                           "values ($1, $2, $3, nullif($4, 0), $5, $6)"};
constexpr Query stop_account{"quarantine_stop_account",
                             "update account set money_out_stopped = true "
                             "where server_id = $1 and login = $2"};

constexpr Query raise_bridge_epoch{"lease_raise_fence",
                                   "update server set bridge_epoch = greatest(bridge_epoch, $2) "
                                   "where id = $1"};

std::string subject_of(ServerId server) {
    return "server:" + std::to_string(server.value);
}

Actor bridge_actor() {
    Actor actor;
    actor.name = "system:bridge";
    return actor;
}

void send_count(pg::Transaction& tx, const Stream& stream, std::uint64_t seq,
                std::uint64_t applied) {
    tx.send(count_events, stream.server, stream.from.epoch, applied, seq);
}

void send_cursor(pg::Transaction& tx, const Stream& stream, std::uint64_t seq) {
    tx.send(move_cursor, stream.server, stream.from.bridge_epoch, stream.from.epoch,
            stream.from.seq, seq);
}

void send_outbox(pg::Transaction& tx, ServerId server, const MirrorBatch& batch) {
    const json::object summary{{"epoch", batch.epoch},
                               {"first_seq", batch.first_seq},
                               {"last_seq", batch.last_seq},
                               {"accounts", batch.accounts.size()},
                               {"deals", batch.deals.size()}};
    outbox::append(tx, "mirror_applied", subject_of(server), json::serialize(summary));
}

/// The accounts of the batch that `written` does not name.
std::vector<Told<UserRecord>> others(const MirrorBatch& batch, const pg::Result& written,
                                     DealTotals& totals) {
    std::unordered_set<Login> done;
    for (const pg::Row row : written) {
        const auto login = row.get<Login>(0);
        done.insert(login);
        totals.erase(login);
    }
    std::vector<Told<UserRecord>> rest;
    for (const Told<UserRecord>& row : batch.accounts)
        if (!done.contains(row.record->login))
            rest.push_back(row);
    return rest;
}

awaitable<std::vector<Drift>> find_bypasses(pg::Transaction& tx, ServerId server,
                                            const MirrorBatch& batch) {
    std::vector<const DealRecord*> suspects;
    for (const Told<DealRecord>& row : batch.deals)
        if (may_bypass(*row.record))
            suspects.push_back(row.record);
    if (suspects.empty())
        co_return std::vector<Drift>{};
    co_return co_await judge_deals(tx, server, std::move(suspects));
}

awaitable<HashSum> account_sum(pg::Transaction& tx, ServerId server) {
    const auto rows = co_await tx.execute(sum_accounts, server);
    const auto row = rows.one();
    co_return HashSum{row.get<std::uint64_t>(0),
                      row.get<std::uint64_t>(1) + (row.get<std::uint64_t>(2) << 32)};
}

/// Records the outcome of a comparison; equal settles what an earlier one found.
Digest compared(pg::Transaction& tx, const Stream& stream, const MirrorBatch& batch,
                std::string_view what, HashSum office, HashSum told) {
    if (office.sum == told.sum && office.rows == told.rows) {
        tx.send(settle_digest, stream.server, what);
        tx.send(digest_equal, stream.server, batch.last_seq);
        return Digest::equal;
    }
    const auto shown = [](HashSum sum) {
        return std::to_string(sum.rows) + " rows, sum " + std::to_string(sum.sum);
    };
    const std::vector<Drift> drifts{{Login{}, std::string(what), shown(office), shown(told)}};
    record_drifts(tx, stream.server, drifts, FoundBy::stream, false);
    return Digest::different;
}

awaitable<Digest> compare_digest(pg::Transaction& tx, Stream stream, const MirrorBatch& batch,
                                 const DealsTold& told) {
    if (batch.account_digest) {
        const auto& sums = batch.account_digest->sums;
        const HashSum server{batch.account_digest->accounts,
                             std::accumulate(sums.begin(), sums.end(), std::uint64_t{0})};
        const HashSum office = co_await account_sum(tx, stream.server);
        co_return compared(tx, stream, batch, "account_digest", office, server);
    }
    if (!batch.deal_digest)
        co_return Digest::none;
    if (!told.complete || told.first_seq != batch.deal_digest->first_seq)
        co_return Digest::skipped;
    const HashSum office =
        co_await sum_of_deals(tx, stream.server, told.tickets, told.first, told.last);
    co_return compared(tx, stream, batch, "deal_digest", office,
                       {batch.deal_digest->deals, batch.deal_digest->sum});
}

/// Deals first, since accounts carry their totals.
awaitable<DealTotals> write_deals(pg::Transaction& tx, const Stream& stream,
                                  const MirrorBatch& batch, bool all_new, Applied& applied) {
    if (batch.deals.empty())
        co_return DealTotals{};
    if (all_new) {
        co_await add_new_deals(tx, stream.server, batch.epoch, batch.deals);
        co_return totals_of(batch.deals);
    }
    auto merged = co_await merge_deals(tx, stream.server, batch.epoch, batch.deals);
    applied.deals_known = merged.known != 0;
    co_return std::move(merged.totals);
}

}  // namespace

awaitable<std::optional<Cursor>> cursor(pg::Transaction& tx, ServerId server) {
    const auto rows = co_await tx.execute(get_cursor, server);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return Cursor{row->get<std::uint64_t>(0), row->get<std::uint64_t>(1),
                     row->get<std::uint64_t>(2)};
}

awaitable<Instant> deals_since(pg::Transaction& tx, ServerId server, std::uint64_t epoch) {
    const auto rows = co_await tx.execute(get_deals_since, server, epoch);
    const auto row = rows.first();
    co_return Instant{row ? row->get<std::int64_t>(0) : 0};
}

awaitable<bool> snapshot_ended(pg::Transaction& tx, ServerId server, std::uint64_t epoch) {
    const auto rows = co_await tx.execute(find_snapshot, server, epoch);
    co_return rows.one().get<bool>(0);
}

awaitable<bool> begin_epoch(pg::Transaction& tx, ServerId server, Cursor from,
                            std::uint64_t epoch) {
    const auto moved =
        co_await tx.execute(move_epoch, server, from.bridge_epoch, from.epoch, from.seq, epoch);
    if (moved.affected() != 1)
        co_return false;
    tx.send(end_epochs, server, epoch);
    tx.send(add_epoch, server, epoch, from.epoch);
    tx.send(forget_gone, server);
    audit::append(tx, bridge_actor(),
                  {.action = "stream_epoch_began",
                   .subject = subject_of(server),
                   .before = json::serialize(json::object{{"epoch", from.epoch}}),
                   .after = json::serialize(json::object{{"epoch", epoch}}),
                   .reason = {}});
    co_return true;
}

void raise_fence(pg::Transaction& tx, ServerId server, std::uint64_t obeyed) {
    tx.send(raise_bridge_epoch, server, obeyed);
}

awaitable<Applied> apply(pg::Transaction& tx, Stream stream, const MirrorBatch& batch,
                         const DealsTold& deals_told, bool all_new, Instant now) {
    Applied applied;
    std::vector<Drift> drifts;
    if (!batch.passing.empty())
        drifts = co_await judge_passing_accounts(tx, stream.server, batch.passing);
    DealTotals totals = co_await write_deals(tx, stream, batch, all_new, applied);
    send_facts(tx, stream.server, batch, now);
    send_outbox(tx, stream.server, batch);
    send_count(tx, stream, batch.last_seq, batch.size());
    send_usual_accounts(tx, stream.server, batch.accounts, totals);
    send_cursor(tx, stream, batch.last_seq);
    const auto results = co_await tx.gather();
    applied.owned = results.back().affected() == 1;
    if (!applied.owned)
        co_return applied;
    auto rest = others(batch, results[results.size() - 2], totals);
    if (!rest.empty() || !totals.empty()) {
        auto others = co_await write_other_accounts(tx, stream.server, stream.scope,
                                                    std::move(rest), std::move(totals));
        std::ranges::move(others, std::back_inserter(drifts));
    }
    auto bypasses = co_await find_bypasses(tx, stream.server, batch);
    std::ranges::move(bypasses, std::back_inserter(drifts));
    applied.drifts = drifts.size();
    if (!drifts.empty())
        record_drifts(tx, stream.server, drifts, FoundBy::bypass, false);
    applied.digest = co_await compare_digest(tx, stream, batch, deals_told);
    co_return applied;
}

awaitable<bool> quarantine(pg::Transaction& tx, Stream stream, Poison poison) {
    tx.send(add_poison, stream.server, stream.from.epoch, poison.seq, poison.login, poison.reason,
            pg::Bytes(poison.bytes));
    if (poison.login.value != 0)
        tx.send(stop_account, stream.server, poison.login);
    audit::append(
        tx, bridge_actor(),
        {.action = "event_quarantined",
         .subject = subject_of(stream.server),
         .before = {},
         .after = json::serialize(json::object{
             {"epoch", stream.from.epoch}, {"seq", poison.seq}, {"login", poison.login.value}}),
         .reason = poison.reason});
    send_count(tx, stream, poison.seq, 0);
    send_cursor(tx, stream, poison.seq);
    const auto results = co_await tx.gather();
    co_return results.back().affected() == 1;
}

void record_drifts(pg::Transaction& tx, ServerId server, const std::vector<Drift>& drifts,
                   FoundBy found_by, bool repaired) {
    constexpr std::string_view names[] = {"stream", "rescan", "bypass"};
    const auto text = [&](auto member) {
        return column<std::string_view>(
            drifts, [member](const Drift& drift) { return std::string_view(drift.*member); });
    };
    tx.send(add_drifts, server,
            column<std::uint64_t>(drifts, [](const Drift& drift) { return drift.login.value; }),
            text(&Drift::field), text(&Drift::office_value), text(&Drift::server_value),
            names[static_cast<std::size_t>(found_by)], repaired);
}

}  // namespace cambist::office::mirror
