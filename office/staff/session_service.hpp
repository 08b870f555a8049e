#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "office/staff/sign_in_service.hpp"

/// What somebody who is signed in does with their own credentials. Attempts are claimed in a
/// transaction of their own, as in sign_in_service.hpp.
namespace cambist::office {

/// Why it is refused, in order of precedence.
enum class SessionRefusal : std::uint8_t {
    session_over,         ///< ended while the request was under way
    credentials_refused,  ///< the old password or the code: whichever
    nothing_offered,      ///< no second factor was begun
    step_up_required,
    unknown_device,
};
constexpr int session_refusal_count = 5;
Refused refused_as(SessionRefusal refusal);

/// A signed-in person's request.
struct Own {
    sessions::Shown session;
    Visitor visitor;

    Actor actor() const { return actor_of(session.staff, visitor); }
};

/// Counted for the device, whose owner alone it slows down.
awaitable<std::expected<AttemptClaim, Throttled>> claim_own_attempt(pg::Transaction& tx,
                                                                    const SignInRules& rules,
                                                                    Own own);

/// Sensitive acts pass for a while. Refused: session_over, credentials_refused (on record: the
/// caller commits).
awaitable<Outcome<void>> step_up(pg::Transaction& tx, const SignInRules& rules, Own own,
                                 AttemptClaim claim, std::optional<std::string> code);

/// A session in place of the one that asked, with a token of its own.
struct Renewed {
    Token token;
    sessions::Begun session;
    SessionState state = SessionState::active;
    std::int64_t ended_sessions = 0, ended_keys = 0;
    std::vector<RecoveryCode> recovery_codes;
};

/// What was read of the old password, and the hash of the new one.
struct PasswordChange {
    std::string old_hash;  ///< that `old` was compared with
    bool opens = false;
    std::string new_hash;
    std::optional<std::string> code;
};
/// Ends all other sessions and the person's API keys. Refused: session_over, credentials_refused
/// (on record: the caller commits).
awaitable<Outcome<Renewed>> change_password(pg::Transaction& tx, const SignInRules& rules, Own own,
                                            AttemptClaim claim, PasswordChange change);

/// A second factor to type into a phone; it counts once it is confirmed. Refused: session_over,
/// step_up_required (when there is one already).
awaitable<Outcome<TotpSecret>> offer_second_factor(pg::Transaction& tx, const SignInRules& rules,
                                                   Own own);
/// Ends all other sessions; gives new recovery codes. Refused: session_over, nothing_offered,
/// credentials_refused.
awaitable<Outcome<Renewed>> confirm_second_factor(pg::Transaction& tx, const SignInRules& rules,
                                                  Own own, std::string code);

void sign_out(pg::Transaction& tx, const Own& own);
/// Forgets one's own device and ends its sessions; how many. Refused: unknown_device.
awaitable<Outcome<std::int64_t>> revoke_own_device(pg::Transaction& tx, Own own,
                                                   OperationId device);

}  // namespace cambist::office
