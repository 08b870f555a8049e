#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/audit/actor.hpp"
#include "office/staff/attempt_service.hpp"
#include "office/staff/credential_store.hpp"
#include "office/staff/password.hpp"
#include "office/staff/secret_keys.hpp"
#include "office/staff/session_store.hpp"
#include "office/staff/sign_in.hpp"
#include "office/staff/totp.hpp"

/// Signing in, in two transactions with the reading of the password between them, since that takes
/// long and holds no connection: `begin_sign_in`, commit, verify, `finish_sign_in`, commit. Both
/// commits are made whatever the answer: refusals are recorded and counted.
namespace cambist::office {

/// The rules of an installation.
struct SignInRules {
    const SecretKeys& keys;
    SignInLimits limits;
    SessionLimits session;
    AbnormalRule abnormal;
};

/// The browser that asks.
struct Visitor {
    std::string address, country, user_agent, request_id;
    std::optional<Token> session, device;  ///< of its cookies
};

/// A sign-in whose password is to be read now.
struct SignInAttempt {
    AttemptClaim claim;
    std::optional<credentials::Credential> account;
    sessions::DeviceStanding device;
    TokenHash username{};

    /// What the typed password is compared with: for nobody's account with `decoy`, so that both
    /// take as long.
    const std::string& hash(const std::string& decoy) const {
        return account && !account->password_hash.empty() ? account->password_hash : decoy;
    }
};

awaitable<std::expected<SignInAttempt, Throttled>> begin_sign_in(pg::Transaction& tx,
                                                                 const SignInRules& rules,
                                                                 std::string username,
                                                                 Visitor visitor);

/// What reading the password gave.
struct PasswordRead {
    bool opens = false;
    std::string rehashed;  ///< empty: the cost is today's
};

/// A session that has begun.
struct SignedIn {
    Token token;
    std::optional<Token> new_device;
    sessions::Begun session;
    SessionState state = SessionState::active;
    OperationId staff;
    std::vector<std::string_view> flags;
};

awaitable<std::expected<SignedIn, SignInRefusal>> finish_sign_in(
    pg::Transaction& tx, const SignInRules& rules, SignInAttempt attempt, PasswordRead password,
    std::optional<std::string> code, Visitor visitor);

/// What a code is worth for an account whose row is locked (or for none); one that is right counts
/// as used once `use_code` is sent.
struct CodeRead {
    SecondFactor factor = SecondFactor::wrong;
    std::int64_t step = 0;
    TokenHash recovery{};
};
awaitable<CodeRead> read_code(pg::Transaction& tx, const SecretKeys& keys,
                              std::optional<credentials::Credential> account,
                              std::optional<std::string> code);
void use_code(pg::Transaction& tx, OperationId staff, const CodeRead& code);

/// Somebody who is signed in, as the audit names them.
Actor actor_of(const Staff& staff, const Visitor& visitor);

/// Of a sealed second factor; nothing when no key opens it.
std::optional<TotpSecret> totp_secret_of(const SecretKeys& keys,
                                         const std::vector<std::byte>& sealed, OperationId staff);

/// What counters know an address and a device by.
TokenHash address_key(const SecretKeys& keys, std::string_view address);
TokenHash device_key(OperationId device);

/// IPv6 as its first 64 bits, which one customer of a provider has to himself; IPv4 as it is.
std::string network_of(std::string_view address);

}  // namespace cambist::office
