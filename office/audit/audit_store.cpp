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
constexpr Query list_all{
    "audit_list",
    "select id, at, actor, action, subject, before, after, reason, request_id, address from audit "
    "where $1 = 0 or id < $1 order by id desc limit $2"};
constexpr Query list_subject{
    "audit_list_subject",
    "select id, at, actor, action, subject, before, after, reason, request_id, address from audit "
    "where subject = $3 and ($1 = 0 or id < $1) order by id desc limit $2"};

constexpr Query list_visible{
    "audit_visible",
    "select id, at, actor, action, subject, before, after, reason, request_id, address, "
    "  xid::text::bigint from audit "
    "where xid < pg_snapshot_xmin(pg_current_snapshot()) "
    "  and xid >= ($1::bigint)::text::xid8 and (xid > ($1::bigint)::text::xid8 or id > $2) "
    "  and ($3 = '' or subject = $3) order by xid, id limit $4"};

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

boost::asio::awaitable<std::vector<AuditRecord>> list(pg::Transaction& tx, std::string subject,
                                                      std::int64_t before_id, int limit) {
    auto parameters = pg::Parameters::of(before_id, limit);
    if (!subject.empty())
        parameters.add(subject);
    const auto rows =
        co_await tx.run(subject.empty() ? list_all : list_subject, std::move(parameters));
    std::vector<AuditRecord> records;
    for (const pg::Row row : rows)
        records.push_back(read(row));
    co_return records;
}

boost::asio::awaitable<std::vector<AuditRecord>> visible(pg::Transaction& tx, std::string subject,
                                                         std::uint64_t after_xid,
                                                         std::int64_t after_id, int limit) {
    const auto rows =
        co_await tx.execute(list_visible, after_xid, after_id, subject, std::int64_t{limit});
    std::vector<AuditRecord> records;
    for (const pg::Row row : rows) {
        records.push_back(read(row));
        records.back().xid = row.get<std::uint64_t>(10);
    }
    co_return records;
}

}  // namespace cambist::office::audit
