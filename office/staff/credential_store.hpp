#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/staff/recovery_code.hpp"
#include "office/staff/staff.hpp"
#include "office/staff/token.hpp"

/// What members of staff sign in with.
namespace cambist::office::credentials {

using boost::asio::awaitable;

struct Credential {
    Staff staff;
    std::int64_t security_version = 0;
    std::string password_hash;  ///< empty: no password opens the account
    bool password_expired = false;
    bool must_change_password = true;
    std::vector<std::byte> totp_secret;   ///< sealed; empty: none
    std::vector<std::byte> totp_offered;  ///< sealed; empty: none
    std::int64_t totp_step = 0;
    std::optional<OperationId> issuable_by;  ///< who may take a temporary password now
    std::optional<Instant> signed_in_at;
    Instant now;  ///< the database's clock
};

awaitable<std::optional<Credential>> find(pg::Transaction& tx, std::string username);
/// Locks it until the transaction ends; the clock is read after the lock was had.
awaitable<std::optional<Credential>> find_for_update(pg::Transaction& tx, OperationId staff);

/// A code's step was used.
void use_step(pg::Transaction& tx, OperationId staff, std::int64_t step);
/// Is there such a code, unused? It is locked until the transaction ends.
awaitable<bool> has_recovery_code(pg::Transaction& tx, OperationId staff, TokenHash hash);
void use_recovery_code(pg::Transaction& tx, TokenHash hash);
awaitable<std::int64_t> recovery_codes_left(pg::Transaction& tx, OperationId staff);
/// Voids the old ones.
void replace_recovery_codes(pg::Transaction& tx, OperationId staff,
                            const std::vector<RecoveryCode>& codes);

/// The same password, hashed at today's cost; nobody is cut off by it.
void rehash(pg::Transaction& tx, OperationId staff, const std::string& hash);
void signed_in(pg::Transaction& tx, OperationId staff);
/// A password of the holder's own.
void set_password(pg::Transaction& tx, OperationId staff, const std::string& hash);
/// One that opens the account until a time, and has to be changed at once.
void set_temporary_password(pg::Transaction& tx, OperationId staff, const std::string& hash,
                            std::chrono::seconds lasts);
/// No password opens the account; `taker` may take a temporary one within that time.
void clear_password(pg::Transaction& tx, OperationId staff, bool second_factor_too,
                    OperationId taker, std::chrono::seconds within);
void make_issuable(pg::Transaction& tx, OperationId staff, OperationId taker,
                   std::chrono::seconds within);
void offer_totp(pg::Transaction& tx, OperationId staff, const std::vector<std::byte>& sealed);
/// What was offered is the second factor from now on, and this step of it is used.
void confirm_totp(pg::Transaction& tx, OperationId staff, std::int64_t step);

}  // namespace cambist::office::credentials
