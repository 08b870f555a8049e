#include "office/staff/staff_store.hpp"

#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::staff {
namespace {

using pg::Query;

#define LISTED                                                                              \
    "select " STAFF_COLUMNS                                                                 \
    ", array(select distinct g.role from role_grant g where g.staff_id = s.id "             \
    "         and g.revoked_at is null and (g.expires_at is null or g.expires_at > now()) " \
    "         order by g.role), "                                                           \
    "c.totp_secret is not null, c.must_change_password, c.signed_in_at "                    \
    "from staff s join staff_credential c on c.staff_id = s.id "
constexpr Query get_staff{"staff_find", LISTED "where s.id = $1"};
constexpr Query list_staff{"staff_list", LISTED
                           "where $1::uuid is null "
                           "  or s.username > (select username from staff where id = $1) "
                           "order by s.username limit $2"};
#undef LISTED
constexpr Query get_for_update{"staff_find_for_update",
                               "select " STAFF_COLUMNS " from staff s where s.id = $1 for update"};
// Two who remove each other at once would leave nobody.
constexpr Query lock_administrators{
    "staff_lock_administrators",
    "select pg_advisory_xact_lock(hashtextextended('cambist.last_administrator', 17))"};
constexpr Query other_administrators{
    "staff_other_administrators",
    "select exists (select from effective_scope where permission = 'staff.manage' "
    "               and principal_id = holder_id and principal_id <> $1), "
    "       exists (select from effective_scope where permission = 'staff.manage' "
    "               and principal_id = $1)"};
constexpr Query add_person{"staff_insert_person",
                           "insert into person (id, kind, name) values ($1, 'natural', $2) "
                           "on conflict (id) do nothing"};
constexpr Query add_staff{"staff_insert",
                          "insert into staff (id, person_id, username, name) "
                          "values ($1, $2, $3, $4) on conflict do nothing"};
constexpr Query id_exists{"staff_exists", "select from staff where id = $1"};
constexpr Query get_by_name{"staff_find_by_name",
                            "select " STAFF_COLUMNS
                            " from staff s where s.username = substr($1, 7) and $1 like 'staff:%'"};
constexpr Query write_status{"staff_set_status",
                             "update staff set status = $2, version = version + 1, "
                             "  left_at = case when $2 = 'left' then now() end where id = $1"};
constexpr Query end_sessions{"staff_end_sessions",
                             "update staff_session set ended_at = now(), ended_why = 'left' "
                             "where staff_id = $1 and ended_at is null"};
constexpr Query revoke_keys{"staff_end_keys",
                            "update api_key set revoked_at = now(), revoked_by = $2 "
                            "where owner_id = $1 and revoked_at is null"};
constexpr Query revoke_grants{"staff_end_grants",
                              "update role_grant set revoked_at = now(), revoked_by = $2 "
                              "where staff_id = $1 and revoked_at is null"};
constexpr Query end_delegations{"staff_end_delegations",
                                "update delegation set ended_at = now(), ended_by = $2 "
                                "where (from_staff = $1 or to_staff = $1) and ended_at is null"};
constexpr Query move_clients{"staff_reassign_clients", "select reassign_clients($1, $2)"};
constexpr Query move_claims{"staff_reassign_claims", "select reassign_claims($1, $2)"};

Listed listed_of(const pg::Row& row) {
    Listed listed;
    listed.staff = read(row);
    listed.roles = row.get<std::vector<std::string>>(column_count);
    listed.has_second_factor = row.get<bool>(column_count + 1);
    listed.must_change_password = row.get<bool>(column_count + 2);
    listed.signed_in_at = row.get<std::optional<Instant>>(column_count + 3);
    return listed;
}

std::vector<OperationId> ids_of(const pg::Result& rows) {
    std::vector<OperationId> ids;
    for (const pg::Row row : rows)
        ids.push_back(row.get<OperationId>(0));
    return ids;
}

}  // namespace

Staff read(const pg::Row& row) {
    Staff staff;
    staff.id = row.get<OperationId>(0);
    staff.person = row.get<OperationId>(1);
    staff.username = row.get<std::string>(2);
    staff.name = row.get<std::string>(3);
    const auto status = staff_status_from(row.get<std::string_view>(4));
    CAMBIST_ASSERT(status);
    staff.status = *status;
    staff.version = row.get<std::int64_t>(5);
    staff.created_at = row.get<Instant>(6);
    staff.left_at = row.get<std::optional<Instant>>(7);
    return staff;
}

awaitable<std::optional<Listed>> find(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_staff, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return listed_of(*row);
}

awaitable<std::vector<Listed>> list(pg::Transaction& tx, OperationId after, int limit) {
    const auto rows = co_await tx.execute(list_staff, after, std::int64_t{limit});
    std::vector<Listed> all;
    for (const pg::Row row : rows)
        all.push_back(listed_of(row));
    co_return all;
}

awaitable<std::optional<Staff>> find_for_update(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_for_update, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return read(*row);
}

awaitable<bool> is_last_administrator(pg::Transaction& tx, OperationId id) {
    tx.send(lock_administrators);
    const auto rows = co_await tx.execute(other_administrators, id);
    const auto row = rows.one();
    co_return !row.get<bool>(0) && row.get<bool>(1);
}

awaitable<std::optional<Staff>> find_by_name(pg::Transaction& tx, std::string name) {
    const auto rows = co_await tx.execute(get_by_name, name);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return read(*row);
}

awaitable<Inserted> insert(pg::Transaction& tx, Staff staff) {
    tx.send(add_person, staff.person, staff.name);
    const auto added =
        co_await tx.execute(add_staff, staff.id, staff.person, staff.username, staff.name);
    if (added.affected() == 1)
        co_return Inserted::yes;
    const auto same_id = co_await tx.execute(id_exists, staff.id);
    co_return same_id.empty() ? Inserted::username_taken : Inserted::id_taken;
}

void set_status(pg::Transaction& tx, OperationId id, StaffStatus status) {
    tx.send(write_status, id, name_of(status));
}

awaitable<HandedOver> hand_over(pg::Transaction& tx, OperationId leaver, OperationId successor,
                                std::string by) {
    tx.send(end_sessions, leaver);
    tx.send(revoke_keys, leaver, by);
    tx.send(revoke_grants, leaver, by);
    tx.send(end_delegations, leaver, by);
    tx.send(move_clients, leaver, successor);
    tx.send(move_claims, leaver, successor);
    const auto results = co_await tx.gather();
    const std::size_t first = results.size() - 6;  // after what the caller sent
    HandedOver handed;
    handed.sessions = results[first].affected();
    handed.keys = results[first + 1].affected();
    handed.grants = results[first + 2].affected();
    handed.delegations = results[first + 3].affected();
    handed.clients = ids_of(results[first + 4]);
    handed.approvals = ids_of(results[first + 5]);
    co_return handed;
}

awaitable<std::int64_t> end_keys(pg::Transaction& tx, OperationId owner, std::string by) {
    const auto ended = co_await tx.execute(revoke_keys, owner, by);
    co_return ended.affected();
}

}  // namespace cambist::office::staff
