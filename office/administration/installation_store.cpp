#include "office/administration/installation_store.hpp"

#include "office/administration/staff_service.hpp"
#include "office/staff/credential_store.hpp"

namespace cambist::office::installation {

namespace {

using pg::Query;

constexpr Query lock_first{
    "installation_lock", "select pg_advisory_xact_lock(hashtext('cambist.first_administrators'))"};
constexpr Query count_administrators{
    "installation_administrators",
    "select count(distinct s.person_id) from role_grant g join staff s on s.id = g.staff_id "
    "where g.role = 'administrator'"};
constexpr Query find_grant{"installation_holds_role",
                           "select from role_grant where staff_id = $1 and role = $2 "
                           "and revoked_at is null and (expires_at is null or expires_at > now())"};
constexpr Query add_grant{"installation_grant",
                          "insert into role_grant (id, staff_id, role, granted_by) "
                          "values (gen_random_uuid(), $1, $2, $3)"};

}  // namespace

awaitable<std::int64_t> administrators_ever(pg::Transaction& tx) {
    tx.send(lock_first);
    const auto rows = co_await tx.execute(count_administrators);
    co_return rows.one().get<std::int64_t>(0);
}

awaitable<bool> holds_role(pg::Transaction& tx, OperationId staff, std::string role) {
    const auto rows = co_await tx.execute(find_grant, staff, role);
    co_return !rows.empty();
}

void grant_role(pg::Transaction& tx, OperationId staff, const std::string& role,
                const std::string& by) {
    tx.send(add_grant, staff, role, by);
}

void set_credentials(pg::Transaction& tx, const SecretKeys& keys, OperationId staff,
                     const HandedCredentials& handed) {
    if (handed.must_change_password)
        credentials::set_temporary_password(tx, staff, handed.password_hash,
                                            temporary_password_lasts);
    else
        credentials::set_password(tx, staff, handed.password_hash);
    const auto& bytes = handed.second_factor.bytes;
    credentials::offer_totp(tx, staff, keys.seal({bytes.begin(), bytes.end()}, staff.uuid()));
    credentials::confirm_totp(tx, staff, 0);
}

}  // namespace cambist::office::installation
