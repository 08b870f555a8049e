#include "office/approvals/approval_store.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sync/vocabulary/assertion.hpp"
#include "sync/vocabulary/planted.hpp"

namespace cambist::office::approvals {

namespace {

namespace json = boost::json;
using pg::Query;

constexpr Query read_configured{
    "approval_configured",
    "select coalesce(body->'actions'->$1->'levels', '[]'::jsonb), "
    "  coalesce((body->'expires_hours')::bigint, 24) from configuration "
    "where name = 'approvals' order by version desc limit 1"};
constexpr Query read_subject{"approval_subject_state",
                             "select known, version, client from subject_state($1)"};
constexpr Query expire_same{
    "approval_expire_same",
    "update approval set state = 'expired', closed_at = now(), closed_by = 'system:clock', "
    "  closed_code = 'approval_expired', version = version + 1 "
    "where subject = $1 and action = $2 and state = 'pending' and expires_at <= now()"};
constexpr Query add_approval{
    "approval_insert",
    "insert into approval (id, action, subject, subject_version, client_id, payload, "
    "  payload_hash, reason, maker, maker_id, maker_person_id, levels, expires_at) "
    "values ($1, $2, $3, $4, $5, $6, sha256(convert_to($6, 'UTF8')), $7, $8, $9, $10, $11, "
    "  now() + make_interval(hours => $12::int)) on conflict do nothing"};
constexpr Query add_parties{"approval_parties",
                            "insert into approval_party (approval_id, person_id, part) "
                            "select $1, $2, 'maker' where $2 is not null "
                            "union select $1, source, 'source' from sources_of($3) as source"};
constexpr Query lock_approval{"approval_lock", "select from approval where id = $1 for update"};
#define APPROVAL_COLUMNS                                                                        \
    "select a.id, a.action, a.subject, a.subject_version, a.client_id, a.payload, "             \
    "a.payload_hash, a.reason, a.maker, a.maker_id, a.levels, "                                 \
    "case when a.state = 'pending' and a.expires_at <= now() then 'expired' else a.state end, " \
    "a.level, a.version, a.claimed_by, coalesce(s.username, ''), a.claimed_until, "             \
    "a.requested_at, a.expires_at, a.closed_at, coalesce(a.closed_by, ''), a.closed_code "      \
    "from approval a left join staff s on s.id = a.claimed_by "
constexpr Query get_approval{"approval_find", APPROVAL_COLUMNS "where a.id = $1"};
// Whose scope is a few clients has these sorted; all others walk in the order of the list.
#define FITS                                                                                  \
    "(a.requested_at, a.id) > ($1, coalesce($2, '00000000-0000-0000-0000-000000000000')) "    \
    "and ($4 = '' or case when a.state = 'pending' and a.expires_at <= now() then 'expired' " \
    "                else a.state end = $4) "                                                 \
    "and (not $5 or a.maker_id = acting_principal()) "                                        \
    "and ($6 = '' or a.action = $6) and ($7 = '' or a.subject = $7) "
constexpr Query list_approvals{
    "approval_list",
    "with few as materialized (select few_clients() as ids), page as ("
    "(select a.id from approval a where (select ids is null from few) and " FITS
    "  order by a.requested_at, a.id limit $3) "
    "union (select a.id from approval a "
    "  where a.client_id = any((select ids from few)::uuid[]) and " FITS
    "  order by a.requested_at, a.id limit $3) "
    "union (select a.id from approval a "
    "  where (select ids is not null from few) and a.maker_id = acting_principal() and " FITS
    "  order by a.requested_at, a.id limit $3)) " APPROVAL_COLUMNS
    "join page on page.id = a.id order by a.requested_at, a.id limit $3"};
#undef FITS
#undef APPROVAL_COLUMNS
constexpr Query find_waiting{
    "approval_waiting",
    "select id from approval where action = $1 and subject = $2 and state = 'pending'"};
constexpr Query list_decisions{
    "approval_decisions",
    "select d.level, d.decision = 'approve', s.username, coalesce(b.username, ''), d.role, "
    "  d.remark, d.person_id, b.person_id, d.decided_at, d.void "
    "from approval_decision d join staff s on s.id = d.staff_id "
    "left join staff b on b.id = d.on_behalf_of where d.approval_id = $1 order by d.decided_at"};
constexpr Query list_parties{"approval_party_list",
                             "select person_id from approval_party where approval_id = $1"};
// Does a scope `s` cover the client `c`? Where there is no client only one without bounds does.
#define SCOPE_COVERS_CLIENT                                                 \
    "(s.legal_entities is null or c.legal_entity = any(s.legal_entities)) " \
    "and (s.regions is null or c.region = any(s.regions)) "                 \
    "and (not s.own_clients or c.manager_id = s.holder_id) "                \
    "and (s.partner_id is null or exists (select from partner_subtree t "   \
    "     where t.ancestor_id = s.partner_id and t.partner_id = c.partner_id))"
constexpr Query list_roles{
    "approval_roles",
    "select distinct s.role, s.on_behalf_of, b.person_id, coalesce(b.username, '') "
    "from acting_scope s left join staff b on b.id = s.on_behalf_of "
    "left join client c on c.id = $1 where " SCOPE_COVERS_CLIENT};
constexpr Query maker_still_holds{
    "approval_maker_holds",
    "select exists (select from effective_scope s left join client c on c.id = $1 "
    "where s.principal_id = $2 and s.permission = $3 and " SCOPE_COVERS_CLIENT ")"};
#undef SCOPE_COVERS_CLIENT
constexpr Query insert_decision{
    "approval_decide",
    "insert into approval_decision (approval_id, level, decision, staff_id, person_id, "
    "  on_behalf_of, role, remark, payload_hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr Query raise_level{"approval_complete_level",
                            "update approval set level = level + 1, version = version + 1, "
                            "claimed_by = null, claimed_until = null where id = $1"};
constexpr Query close_approval{
    "approval_close",
    "update approval set state = $2, closed_at = now(), closed_by = $3, closed_code = $4, "
    "version = version + 1, level = level + ($2 = 'approved')::int where id = $1"};
constexpr Query set_claim{"approval_claim",
                          "update approval set claimed_by = $2, claimed_until = $3, "
                          "version = version + 1 where id = $1"};
constexpr Query set_payload{
    "approval_edit",
    "update approval set payload = $2, payload_hash = sha256(convert_to($2, 'UTF8')), "
    "  subject_version = $3, level = 0, version = version + 1, claimed_by = null, "
    "  claimed_until = null where id = $1"};
constexpr Query void_decisions{"approval_void_decisions",
                               "update approval_decision set void = true where approval_id = $1"};
constexpr Query set_savepoint{"approval_begin_trial", "savepoint trial"};
constexpr Query back_to_savepoint{"approval_undo_trial", "rollback to savepoint trial"};
constexpr Query add_editor{"approval_add_editor",
                           "insert into approval_party (approval_id, person_id, part) "
                           "select $1, $2, 'editor' where $2 is not null on conflict do nothing"};

std::vector<ApprovalLevel> levels_of(std::string_view text) {
    std::vector<ApprovalLevel> levels;
    const json::value parsed = json::parse(text);
    for (const json::value& item : parsed.as_array()) {
        ApprovalLevel level;
        for (const json::value& role : item.at("roles").as_array())
            level.roles.emplace_back(role.as_string());
        levels.push_back(std::move(level));
    }
    return levels;
}

std::string text_of(const std::vector<ApprovalLevel>& levels) {
    json::array list;
    for (const ApprovalLevel& level : levels) {
        json::array roles;
        for (const std::string& role : level.roles)
            roles.emplace_back(role);
        list.push_back(json::object{{"roles", std::move(roles)}});
    }
    return json::serialize(list);
}

Approval approval_of(const pg::Row& row) {
    Approval approval;
    approval.request.id = row.get<OperationId>(0);
    approval.request.action = row.get<std::string>(1);
    approval.request.subject = row.get<std::string>(2);
    approval.subject_version = row.get<std::string>(3);
    approval.client = row.get<std::optional<OperationId>>(4);
    approval.request.payload = row.get<std::string>(5);
    std::ranges::copy(row.get<pg::Bytes>(6), approval.payload_hash.begin());
    approval.request.reason = row.get<std::string>(7);
    approval.maker = row.get<std::string>(8);
    approval.maker_id = row.get<OperationId>(9);
    approval.levels = levels_of(row.get<std::string_view>(10));
    const auto state = approval_state_of(row.get<std::string_view>(11));
    CAMBIST_ASSERT(state.has_value());
    approval.state = *state;
    approval.level = row.get<std::int32_t>(12);
    approval.version = row.get<std::int64_t>(13);
    approval.claimed_by = row.get<std::optional<OperationId>>(14);
    approval.claimed_by_name = row.get<std::string>(15);
    approval.claimed_until = row.get<std::optional<Instant>>(16);
    approval.requested_at = row.get<Instant>(17);
    approval.expires_at = row.get<Instant>(18);
    approval.closed_at = row.get<std::optional<Instant>>(19);
    approval.closed_by = row.get<std::string>(20);
    approval.closed_code = row.get<std::string>(21);
    return approval;
}

ApprovalDecision decision_of(const pg::Row& row) {
    return {.level = row.get<std::int32_t>(0),
            .approves = row.get<bool>(1),
            .staff = row.get<std::string>(2),
            .on_behalf_of = row.get<std::string>(3),
            .role = row.get<std::string>(4),
            .remark = row.get<std::string>(5),
            .person = row.get<OperationId>(6),
            .absent_person = row.get<std::optional<OperationId>>(7),
            .at = row.get<Instant>(8),
            .void_since_edited = row.get<bool>(9)};
}

SubjectState subject_of(const pg::Row& row) {
    return {row.get<bool>(0), row.get<std::string>(1), row.get<std::optional<OperationId>>(2)};
}

}  // namespace

awaitable<Configured> configured(pg::Transaction& tx, std::string action) {
    const auto rows = co_await tx.execute(read_configured, action);
    Configured found;
    if (const auto row = rows.first()) {
        found.levels = levels_of(row->get<std::string_view>(0));
        found.expires_hours = row->get<std::int64_t>(1);
    }
    co_return found;
}

awaitable<SubjectState> subject_state(pg::Transaction& tx, std::string subject) {
    const auto rows = co_await tx.execute(read_subject, subject);
    co_return subject_of(rows.one());
}

awaitable<bool> insert(pg::Transaction& tx, Approval approval, std::int64_t expires_hours,
                       OperationId maker_person) {
    const ApprovalRequest& request = approval.request;
    tx.send(expire_same, request.subject, request.action);
    const auto added = co_await tx.execute(
        add_approval, request.id, request.action, request.subject, approval.subject_version,
        approval.client, request.payload, request.reason, approval.maker, approval.maker_id,
        maker_person, pg::Json{text_of(approval.levels)}, expires_hours);
    if (added.affected() == 0)
        co_return false;
    tx.send(add_parties, request.id, maker_person, request.subject);
    co_return true;
}

awaitable<std::optional<Approval>> find(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_approval, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return approval_of(*row);
}

awaitable<std::optional<Approval>> find_for_update(pg::Transaction& tx, OperationId id) {
    if (!CAMBIST_PLANTED(approvals_are_not_locked))
        tx.send(lock_approval, id);
    co_return co_await find(tx, id);
}

awaitable<std::optional<OperationId>> waiting(pg::Transaction& tx, std::string action,
                                              std::string subject) {
    const auto rows = co_await tx.execute(find_waiting, action, subject);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return row->get<OperationId>(0);
}

awaitable<std::vector<ApprovalDecision>> decisions(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(list_decisions, id);
    std::vector<ApprovalDecision> made;
    for (const pg::Row row : rows)
        made.push_back(decision_of(row));
    co_return made;
}

awaitable<DecidingFacts> deciding_facts(pg::Transaction& tx, Approval approval) {
    tx.send(read_subject, approval.request.subject);
    tx.send(list_parties, approval.request.id);
    tx.send(list_decisions, approval.request.id);
    tx.send(list_roles, approval.client);
    tx.send(maker_still_holds, approval.client, approval.maker_id, approval.request.action);
    const auto results = co_await tx.gather();
    DecidingFacts facts;
    facts.subject = subject_of(results[0].one());
    for (const pg::Row row : results[1])
        facts.parties.push_back(row.get<OperationId>(0));
    for (const pg::Row row : results[2])
        facts.decisions.push_back(decision_of(row));
    for (const pg::Row row : results[3])
        facts.roles.push_back({row.get<std::string>(0), row.get<std::optional<OperationId>>(1),
                               row.get<std::optional<OperationId>>(2), row.get<std::string>(3)});
    facts.maker_holds = results[4].one().get<bool>(0);
    co_return facts;
}

void add_decision(pg::Transaction& tx, const Approval& approval, const WantedDecision& wanted,
                  const DecisionPlan& plan, const Actor& actor) {
    const pg::Bytes hash(approval.payload_hash);
    tx.send(insert_decision, approval.request.id, static_cast<std::int32_t>(approval.level),
            wanted.approves ? "approve" : "reject", actor.principal, actor.person,
            plan.role.absent_staff, plan.role.role, wanted.remark, hash);
}

void complete_level(pg::Transaction& tx, OperationId id) {
    tx.send(raise_level, id);
}

void close(pg::Transaction& tx, OperationId id, ApprovalState state, const std::string& by,
           std::string_view code) {
    tx.send(close_approval, id, name_of(state), by, code);
}

void claim(pg::Transaction& tx, OperationId id, std::optional<OperationId> by,
           std::optional<Instant> until) {
    tx.send(set_claim, id, by, until);
}

void edit(pg::Transaction& tx, const Approval& approval, const std::string& payload,
          const std::string& subject_version, OperationId editor_person) {
    tx.send(set_payload, approval.request.id, payload, subject_version);
    if (!CAMBIST_PLANTED(edits_keep_decisions))
        tx.send(void_decisions, approval.request.id);
    if (!CAMBIST_PLANTED(editors_are_forgotten))
        tx.send(add_editor, approval.request.id, editor_person);
}

awaitable<void> begin_trial(pg::Transaction& tx) {
    co_await tx.execute(set_savepoint);
}

awaitable<void> undo_trial(pg::Transaction& tx) {
    co_await tx.execute(back_to_savepoint);
}

awaitable<std::vector<Approval>> list(pg::Transaction& tx, ApprovalFilter filter, Instant after,
                                      OperationId after_id, int limit) {
    const auto rows =
        co_await tx.execute(list_approvals, after, after_id, std::int64_t{limit},
                            filter.state ? name_of(*filter.state) : std::string_view(), filter.mine,
                            filter.action, filter.subject);
    std::vector<Approval> list;
    for (const pg::Row row : rows)
        list.push_back(approval_of(row));
    co_return list;
}

}  // namespace cambist::office::approvals
