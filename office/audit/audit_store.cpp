#include "office/audit/audit_store.hpp"

namespace cambist::office::audit {

namespace {

using pg::Query;

constexpr Query insert_audit{
    "audit_append",
    "insert into audit (actor, action, subject, before, after, reason, request_id, address, "
    "  client_id, approval_id, on_behalf_of) "
    "values ($1, $2, $3, $4, $5, $6, $7, $8, client_of($3), $9, $10)"};
constexpr Query insert_audits{
    "audit_append_all",
    "insert into audit (actor, action, subject, before, after, reason, request_id, address, "
    "  client_id, approval_id, on_behalf_of) "
    "select $1, action, subject, nullif(before, '')::jsonb, nullif(after, '')::jsonb, reason, "
    "  $2, $3, client_of(subject), $9, $10 "
    "from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) "
    "  as c(action, subject, before, after, reason)"};
// Planned with the values at hand: each filter has an index, and what is null is left out.
constexpr Query plan_each_time{"audit_plan",
                               "select set_config('plan_cache_mode', 'force_custom_plan', true)"};
// Whose scope is a few clients has their records sorted; all others walk in the order of the list.
#define FITS(past)                                                                    \
    "xid < pg_snapshot_xmin(pg_current_snapshot()) "                                  \
    "and ($1::bigint is null or (xid, id) " past                                      \
    " ($1::bigint::text::xid8, $2)) "                                                 \
    "and ($3::text is null or subject = $3) and ($4::text is null or actor = $4) "    \
    "and ($5::text is null or action = $5) and ($6::uuid is null or client_id = $6) " \
    "and ($7::timestamptz is null or at >= $7) and ($8::timestamptz is null or at < $8) "
#define PAGE(past, way)                                                                      \
    "with few as materialized (select few_clients() as ids), page as ("                      \
    "(select xid, id, at from audit where (select ids is null from few) and " FITS(          \
        past) "order by xid " way ", id " way                                                \
              " limit $9) "                                                                  \
              "union all (select xid, id, at from audit "                                    \
              "  where client_id = any((select ids from few)::uuid[]) and " FITS(            \
                  past) "order by xid " way ", id " way                                      \
                        " limit $9)) "                                                       \
                        "select r.id, r.at, actor, action, subject, before, after, reason, " \
                        "request_id, "                                                       \
                        "  address, r.xid, client_id, approval_id, on_behalf_of "            \
                        "from page join audit r using (id, at) order by page.xid " way       \
                        ", page.id " way " limit $9"
constexpr Query list_onwards{"audit_visible", PAGE(">", "asc")};
constexpr Query list_backwards{"audit_visible_newest_first", PAGE("<", "desc")};
#undef PAGE
#undef FITS

std::optional<pg::Json> json(const std::string& text) {
    if (text.empty())
        return std::nullopt;
    return pg::Json{text};
}

AuditRecord read(const pg::Row& row) {
    AuditRecord record;
    record.id = row.get<std::int64_t>(0);
    record.at = row.get<Instant>(1);
    record.actor = row.get<std::string>(2);
    record.change.action = row.get<std::string>(3);
    record.change.subject = row.get<std::string>(4);
    record.change.before = row.get<std::optional<std::string>>(5).value_or("");
    record.change.after = row.get<std::optional<std::string>>(6).value_or("");
    record.change.reason = row.get<std::string>(7);
    record.request_id = row.get<std::string>(8);
    record.address = row.get<std::string>(9);
    record.xid = row.get<std::uint64_t>(10);
    record.client = row.get<std::optional<OperationId>>(11).value_or(OperationId{});
    record.approval = row.get<std::optional<OperationId>>(12).value_or(OperationId{});
    record.on_behalf_of = row.get<std::string>(13);
    return record;
}

}  // namespace

void append(pg::Transaction& tx, const Actor& actor, const Change& change) {
    tx.send(insert_audit, actor.name, change.action, change.subject, json(change.before),
            json(change.after), change.reason, actor.request_id, actor.address, actor.approval,
            actor.on_behalf_of);
}

void append_all(pg::Transaction& tx, const Actor& actor, const std::vector<Change>& changes) {
    if (changes.empty())
        return;
    std::vector<std::string_view> actions, subjects, befores, afters, reasons;
    for (const Change& change : changes) {
        actions.push_back(change.action);
        subjects.push_back(change.subject);
        befores.push_back(change.before);
        afters.push_back(change.after);
        reasons.push_back(change.reason);
    }
    tx.send(insert_audits, actor.name, actor.request_id, actor.address, actions, subjects, befores,
            afters, reasons, actor.approval, actor.on_behalf_of);
}

boost::asio::awaitable<std::vector<AuditRecord>> visible(pg::Transaction& tx, AuditFilter filter,
                                                         AuditPage page) {
    std::optional<std::uint64_t> xid;
    std::optional<std::int64_t> id;
    if (page.place) {
        xid = page.place->first;
        id = page.place->second;
    }
    const auto wanted = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
    };
    tx.send(plan_each_time);
    const auto rows =
        co_await tx.execute(page.newest_first ? list_backwards : list_onwards, xid, id,
                            wanted(filter.subject), wanted(filter.actor), wanted(filter.action),
                            filter.client, filter.from, filter.to, std::int64_t{page.limit});
    std::vector<AuditRecord> records;
    for (const pg::Row row : rows)
        records.push_back(read(row));
    co_return records;
}

}  // namespace cambist::office::audit
