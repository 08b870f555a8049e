#include "office/administration/grant_store.hpp"

namespace cambist::office::grants {
namespace {

using pg::Query;

#define IN_FORCE "g.revoked_at is null and (g.expires_at is null or g.expires_at > now())"
#define GRANT_COLUMNS                                                                         \
    "g.id, g.staff_id, g.role, coalesce(g.legal_entities, '{}'), coalesce(g.regions, '{}'), " \
    "g.own_clients, g.partner_id, g.granted_by, g.granted_at, g.approval_id, g.expires_at, "  \
    "coalesce(g.revoked_by, ''), g.revoked_at from role_grant g "
constexpr Query list_roles{
    "role_list",
    "select r.name, r.describe, "
    "  array(select permission from role_permission where role = r.name order by 1), "
    "  array(select grantable from role_grantable where role = r.name order by 1), "
    "  array(select case when role = r.name then other else role end from role_conflict "
    "         where r.name in (role, other) order by 1) "
    "from role r order by r.name"};
constexpr Query list_grants{"role_grant_of_staff",
                            "select " GRANT_COLUMNS
                            "where g.staff_id = $1 order by g.granted_at desc, g.id limit 200"};
constexpr Query get_for_update{"role_grant_find_for_update",
                               "select " GRANT_COLUMNS "where g.id = $1 for update of g"};
// Two grants of conflicting roles to one person at once would both find the other not there.
constexpr Query lock_person{"role_grant_lock_person",
                            "select from person p join staff s on s.person_id = p.id "
                            "where s.id = $1 for no key update of s"};
constexpr Query find_conflicts{
    "role_grant_conflicts",
    "select distinct g.role from staff s join staff same on same.person_id = s.person_id "
    "join role_grant g on g.staff_id = same.id and " IN_FORCE
    " join role_conflict c on (c.role, c.other) in ((g.role, $2), ($2, g.role)) "
    "where s.id = $1 order by 1"};
constexpr Query find_facts{
    "role_grant_facts",
    "select exists (select from role where name = $2), "
    "  $7::uuid is null or exists (select from partner where id = $7), "
    "  exists (select from staff m join role_grant g on g.staff_id = m.id and " IN_FORCE
    "          join role_grantable o on o.role = g.role and o.grantable = $2 "
    "          where m.status = 'active' and $3 = 'staff:' || m.username "
    "            and scope_covers(g.legal_entities, g.regions, g.own_clients, g.partner_id, "
    "                  nullif($4::text[], '{}'), nullif($5::text[], '{}'), $6, $7)), "
    "  exists (select from role_grant g where g.staff_id = $1 and g.role = $2 and " IN_FORCE
    "          and g.legal_entities is not distinct from nullif($4::text[], '{}') "
    "          and g.regions is not distinct from nullif($5::text[], '{}') "
    "          and g.own_clients = $6 and g.partner_id is not distinct from $7), "
    "  exists (select from role_grant where id = $8)"};
constexpr Query find_mutual_conflicts{
    "role_conflict_between",
    "select distinct g.role from role_grant g "
    "join role_conflict c on g.role in (c.role, c.other) "
    "join role_grant h on h.role in (c.role, c.other) and h.role <> g.role "
    "where g.staff_id = $1 and h.staff_id = $2 and " IN_FORCE
    "  and h.revoked_at is null and (h.expires_at is null or h.expires_at > now()) order by 1"};
constexpr Query manages_staff{
    "role_manages_staff",
    "select exists (select from role_permission where role = $1 and permission = 'staff.manage')"};
constexpr Query add_grant{
    "role_grant_insert",
    "insert into role_grant (id, staff_id, role, legal_entities, regions, own_clients, partner_id, "
    "  granted_by, approval_id, expires_at) values ($1, $2, $3, nullif($4::text[], '{}'), "
    "  nullif($5::text[], '{}'), $6, $7, $8, $9, $10)"};
constexpr Query end_grant{"role_grant_revoke",
                          "update role_grant set revoked_at = now(), revoked_by = $2 "
                          "where id = $1 and revoked_at is null"};
#undef GRANT_COLUMNS
#undef IN_FORCE

Grant grant_of(const pg::Row& row) {
    Grant grant;
    grant.id = row.get<OperationId>(0);
    grant.staff = row.get<OperationId>(1);
    grant.role = row.get<std::string>(2);
    grant.scope.legal_entities = row.get<std::vector<std::string>>(3);
    grant.scope.regions = row.get<std::vector<std::string>>(4);
    grant.scope.own_clients = row.get<bool>(5);
    grant.scope.partner = row.get<std::optional<OperationId>>(6);
    grant.granted_by = row.get<std::string>(7);
    grant.granted_at = row.get<Instant>(8);
    grant.approval = row.get<std::optional<OperationId>>(9);
    grant.expires_at = row.get<std::optional<Instant>>(10);
    grant.revoked_by = row.get<std::string>(11);
    grant.revoked_at = row.get<std::optional<Instant>>(12);
    return grant;
}

std::vector<std::string> words_of(const pg::Result& rows) {
    std::vector<std::string> words;
    for (const pg::Row row : rows)
        words.push_back(row.get<std::string>(0));
    return words;
}

}  // namespace

awaitable<std::vector<Role>> roles(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(list_roles);
    std::vector<Role> found;
    for (const pg::Row row : rows)
        found.push_back({row.get<std::string>(0), row.get<std::string>(1),
                         row.get<std::vector<std::string>>(2), row.get<std::vector<std::string>>(3),
                         row.get<std::vector<std::string>>(4)});
    co_return found;
}

awaitable<std::vector<Grant>> of_staff(pg::Transaction& tx, OperationId staff) {
    const auto rows = co_await tx.execute(list_grants, staff);
    std::vector<Grant> grants;
    for (const pg::Row row : rows)
        grants.push_back(grant_of(row));
    co_return grants;
}

awaitable<std::optional<Grant>> find_for_update(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_for_update, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return grant_of(*row);
}

awaitable<NewGrantFacts> facts(pg::Transaction& tx, NewGrant grant, std::string asked_by) {
    tx.send(lock_person, grant.staff);
    const auto conflicts = co_await tx.execute(find_conflicts, grant.staff, grant.role);
    const auto rows = co_await tx.execute(find_facts, grant.staff, grant.role, asked_by,
                                          grant.scope.legal_entities, grant.scope.regions,
                                          grant.scope.own_clients,
                                          grant.scope.partner.value_or(OperationId{}), grant.id);
    NewGrantFacts facts;
    facts.conflicts = words_of(conflicts);
    facts.role_known = rows.one().get<bool>(0);
    facts.partner_known = rows.one().get<bool>(1);
    facts.grantable = rows.one().get<bool>(2);
    facts.already_granted = rows.one().get<bool>(3);
    facts.id_taken = rows.one().get<bool>(4);
    co_return facts;
}

awaitable<std::vector<std::string>> conflicts_between(pg::Transaction& tx, OperationId one,
                                                      OperationId other) {
    co_return words_of(co_await tx.execute(find_mutual_conflicts, one, other));
}

awaitable<bool> runs_staff(pg::Transaction& tx, std::string role) {
    const auto found = co_await tx.execute(manages_staff, role);
    co_return found.one().get<bool>(0);
}

awaitable<void> insert(pg::Transaction& tx, NewGrant grant, std::string by, OperationId approval) {
    co_await tx.execute(add_grant, grant.id, grant.staff, grant.role, grant.scope.legal_entities,
                        grant.scope.regions, grant.scope.own_clients,
                        grant.scope.partner.value_or(OperationId{}), by, approval,
                        grant.expires_at);
}

void revoke(pg::Transaction& tx, OperationId id, const std::string& by) {
    tx.send(end_grant, id, by);
}

}  // namespace cambist::office::grants
