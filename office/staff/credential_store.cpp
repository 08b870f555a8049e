#include "office/staff/credential_store.hpp"

#include "office/staff/staff_store.hpp"

namespace cambist::office::credentials {
namespace {

using pg::Query;

#define CREDENTIAL                                                                            \
    "select " STAFF_COLUMNS                                                                   \
    ", c.security_version, coalesce(c.password_hash, ''), "                                   \
    "coalesce(c.password_expires_at <= clock_timestamp(), false), c.must_change_password, "   \
    "coalesce(c.totp_secret, ''), coalesce(c.totp_offered, ''), c.totp_step, "                \
    "case when c.issuable_until > clock_timestamp() then c.issuable_by end, c.signed_in_at, " \
    "clock_timestamp() from staff s join staff_credential c on c.staff_id = s.id "
constexpr Query get_by_username{"credential_find", CREDENTIAL "where s.username = $1"};
constexpr Query get_for_update{"credential_find_for_update",
                               CREDENTIAL "where s.id = $1 for update of c"};
#undef CREDENTIAL
constexpr Query lock_credential{"credential_lock",
                                "select from staff_credential where staff_id = $1 for update"};

constexpr Query mark_step{"credential_use_step",
                          "update staff_credential set totp_step = $2 "
                          "where staff_id = $1 and totp_step < $2"};
constexpr Query find_code{"recovery_code_find",
                          "select from staff_recovery_code "
                          "where hash = $2 and staff_id = $1 and used_at is null and not void "
                          "for update"};
constexpr Query mark_code{"recovery_code_use",
                          "update staff_recovery_code set used_at = now() where hash = $1"};
constexpr Query count_codes{"recovery_code_count",
                            "select count(*) from staff_recovery_code "
                            "where staff_id = $1 and used_at is null and not void"};
constexpr Query void_codes{"recovery_code_void",
                           "update staff_recovery_code set void = true "
                           "where staff_id = $1 and used_at is null and not void"};
constexpr Query add_codes{"recovery_code_add",
                          "insert into staff_recovery_code (hash, staff_id) "
                          "select hash, $1 from unnest($2::bytea[]) as n(hash)"};

constexpr Query write_hash{"credential_rehash",
                           "update staff_credential set password_hash = $2 where staff_id = $1"};
constexpr Query mark_signed_in{
    "credential_signed_in", "update staff_credential set signed_in_at = now() where staff_id = $1"};
constexpr Query write_password{
    "credential_set_password",
    "update staff_credential set password_hash = $2, password_changed_at = clock_timestamp(), "
    "  password_expires_at = null, must_change_password = false, issuable_by = null, "
    "  issuable_until = null where staff_id = $1"};
constexpr Query write_temporary{
    "credential_set_temporary",
    "update staff_credential set password_hash = $2, password_changed_at = clock_timestamp(), "
    "  password_expires_at = now() + make_interval(secs => $3), must_change_password = true "
    "where staff_id = $1"};
constexpr Query drop_password{
    "credential_clear_password",
    "update staff_credential set password_hash = null, password_changed_at = clock_timestamp(), "
    "  password_expires_at = null, must_change_password = true, "
    "  totp_secret = case when $2 then null else totp_secret end, "
    "  totp_confirmed_at = case when $2 then null else totp_confirmed_at end, "
    "  totp_offered = null, issuable_by = $3, issuable_until = now() + make_interval(secs => $4) "
    "where staff_id = $1"};
constexpr Query allow_issue{
    "credential_make_issuable",
    "update staff_credential set issuable_by = $2, "
    "  issuable_until = now() + make_interval(secs => $3) where staff_id = $1"};
constexpr Query write_offer{"credential_offer_totp",
                            "update staff_credential set totp_offered = $2 where staff_id = $1"};
constexpr Query take_offer{
    "credential_confirm_totp",
    "update staff_credential set totp_secret = totp_offered, totp_offered = null, "
    "  totp_confirmed_at = clock_timestamp(), totp_step = $2 where staff_id = $1"};

std::vector<std::byte> bytes_of(const pg::Row& row, int column) {
    const auto bytes = row.get<pg::Bytes>(column);
    return {bytes.begin(), bytes.end()};
}

Credential credential_of(const pg::Row& row) {
    Credential credential;
    credential.staff = staff::read(row);
    int column = staff::column_count;
    credential.security_version = row.get<std::int64_t>(column++);
    credential.password_hash = row.get<std::string>(column++);
    credential.password_expired = row.get<bool>(column++);
    credential.must_change_password = row.get<bool>(column++);
    credential.totp_secret = bytes_of(row, column++);
    credential.totp_offered = bytes_of(row, column++);
    credential.totp_step = row.get<std::int64_t>(column++);
    credential.issuable_by = row.get<std::optional<OperationId>>(column++);
    credential.signed_in_at = row.get<std::optional<Instant>>(column++);
    credential.now = row.get<Instant>(column);
    return credential;
}

}  // namespace

awaitable<std::optional<Credential>> find(pg::Transaction& tx, std::string username) {
    const auto rows = co_await tx.execute(get_by_username, username);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return credential_of(*row);
}

awaitable<std::optional<Credential>> find_for_update(pg::Transaction& tx, OperationId staff) {
    tx.send(lock_credential, staff);
    const auto rows = co_await tx.execute(get_for_update, staff);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return credential_of(*row);
}

void use_step(pg::Transaction& tx, OperationId staff, std::int64_t step) {
    tx.send(mark_step, staff, step);
}

awaitable<bool> has_recovery_code(pg::Transaction& tx, OperationId staff, TokenHash hash) {
    const auto rows = co_await tx.execute(find_code, staff, pg::Bytes(hash));
    co_return !rows.empty();
}

void use_recovery_code(pg::Transaction& tx, TokenHash hash) {
    tx.send(mark_code, pg::Bytes(hash));
}

awaitable<std::int64_t> recovery_codes_left(pg::Transaction& tx, OperationId staff) {
    const auto rows = co_await tx.execute(count_codes, staff);
    co_return rows.one().get<std::int64_t>(0);
}

void replace_recovery_codes(pg::Transaction& tx, OperationId staff,
                            const std::vector<RecoveryCode>& codes) {
    std::vector<TokenHash> hashes;
    for (const auto& code : codes)
        hashes.push_back(code.hash(staff.uuid()));
    const std::vector<pg::Bytes> bytes(hashes.begin(), hashes.end());
    tx.send(void_codes, staff);
    tx.send(add_codes, staff, bytes);
}

void rehash(pg::Transaction& tx, OperationId staff, const std::string& hash) {
    tx.send(write_hash, staff, hash);
}

void signed_in(pg::Transaction& tx, OperationId staff) {
    tx.send(mark_signed_in, staff);
}

void set_password(pg::Transaction& tx, OperationId staff, const std::string& hash) {
    tx.send(write_password, staff, hash);
}

void set_temporary_password(pg::Transaction& tx, OperationId staff, const std::string& hash,
                            std::chrono::seconds lasts) {
    tx.send(write_temporary, staff, hash, std::int64_t{lasts.count()});
}

void clear_password(pg::Transaction& tx, OperationId staff, bool second_factor_too,
                    OperationId taker, std::chrono::seconds within) {
    tx.send(drop_password, staff, second_factor_too, taker, std::int64_t{within.count()});
    if (second_factor_too)
        tx.send(void_codes, staff);
}

void make_issuable(pg::Transaction& tx, OperationId staff, OperationId taker,
                   std::chrono::seconds within) {
    tx.send(allow_issue, staff, taker, std::int64_t{within.count()});
}

void offer_totp(pg::Transaction& tx, OperationId staff, const std::vector<std::byte>& sealed) {
    tx.send(write_offer, staff, pg::Bytes(sealed));
}

void confirm_totp(pg::Transaction& tx, OperationId staff, std::int64_t step) {
    tx.send(take_offer, staff, step);
}

}  // namespace cambist::office::credentials
