#include "office/staff/session_service.hpp"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/audit/audit_store.hpp"
#include "office/staff/staff_store.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;
using credentials::Credential;
using enum Refused::Kind;

// In the order of SessionRefusal.
constexpr std::array<Refused, session_refusal_count> refusals{{
    {forbidden, "session_over"},
    {forbidden, "credentials_refused"},
    {conflict, "nothing_offered"},
    {forbidden, "step_up_required"},
    {not_found, "unknown_device"},
}};

void record(pg::Transaction& tx, const Own& own, std::string_view action, json::object after) {
    const Change change{.action = std::string(action),
                        .subject = "staff:" + own.session.staff.id.uuid(),
                        .before = {},
                        .after = json::serialize(after),
                        .reason = {}};
    audit::append(tx, own.actor(), change);
}

/// The account under its lock, unless the session ended since it was looked at.
awaitable<std::optional<Credential>> lock_account(pg::Transaction& tx, const Own& own) {
    sessions::act_through(tx, own.session.id);
    auto account = co_await credentials::find_for_update(tx, own.session.staff.id);
    const auto& standing = own.session.standing;
    if (!account || account->security_version != standing.version ||
        account->staff.status != StaffStatus::active)
        co_return std::nullopt;
    co_return account;
}

bool is_right(SecondFactor factor) {
    return factor == SecondFactor::right || factor == SecondFactor::recovery;
}

/// The session that goes on, after what the caller changed; every other one ends.
awaitable<Renewed> renew(pg::Transaction& tx, const SignInRules& rules, const Own& own,
                         SessionState state, bool code_shown) {
    Renewed renewed;
    renewed.token = Token::random();
    renewed.state = state;
    const sessions::NewSession session{.token = renewed.token.hash(),
                                       .staff = own.session.staff.id,
                                       .device = own.session.device,
                                       .state = state,
                                       .address = own.visitor.address,
                                       .country = own.visitor.country,
                                       .user_agent = own.visitor.user_agent,
                                       .code_shown = code_shown};
    renewed.session = co_await sessions::insert(tx, session, rules.session);
    renewed.ended_sessions =
        co_await sessions::end_others(tx, own.session.staff.id, renewed.session.id);
    co_return renewed;
}

}  // namespace

Refused refused_as(SessionRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

awaitable<std::expected<AttemptClaim, Throttled>> claim_own_attempt(pg::Transaction& tx,
                                                                    const SignInRules& rules,
                                                                    Own own) {
    const attempts::Attempt attempt{
        .from_known_device = true,
        .own = device_key(own.session.device),
        .account = rules.keys.keyed_hash("username", own.session.staff.username),
        .address = address_key(rules.keys, own.visitor.address)};
    co_return co_await claim_attempt(tx, attempt, rules.limits);
}

awaitable<Outcome<void>> step_up(pg::Transaction& tx, const SignInRules& rules, Own own,
                                 AttemptClaim claim, std::optional<std::string> code) {
    const auto account = co_await lock_account(tx, own);
    if (!account)
        co_return refused(SessionRefusal::session_over);
    const auto read = co_await read_code(tx, rules.keys, account, std::move(code));
    if (!is_right(read.factor)) {
        record(tx, own, "step_up_refused", {{"session", own.session.id.uuid()}});
        co_return refused(SessionRefusal::credentials_refused);
    }
    co_await take_back(tx, claim, rules.limits);
    use_code(tx, account->staff.id, read);
    sessions::step_up(tx, own.session.id);
    record(tx, own, "stepped_up", {{"session", own.session.id.uuid()}});
    co_return Outcome<void>{};
}

awaitable<Outcome<Renewed>> change_password(pg::Transaction& tx, const SignInRules& rules, Own own,
                                            AttemptClaim claim, PasswordChange change) {
    const auto account = co_await lock_account(tx, own);
    if (!account)
        co_return refused(SessionRefusal::session_over);
    const auto read = co_await read_code(tx, rules.keys, account, change.code);
    const bool code_fits = read.factor == SecondFactor::not_set_up || is_right(read.factor);
    if (!change.opens || change.old_hash != account->password_hash || !code_fits) {
        record(tx, own, "password_change_refused", {{"session", own.session.id.uuid()}});
        co_return refused(SessionRefusal::credentials_refused);
    }
    const OperationId staff = account->staff.id;
    co_await take_back(tx, claim, rules.limits);
    use_code(tx, staff, read);
    credentials::set_password(tx, staff, change.new_hash);
    const bool complete = read.factor != SecondFactor::not_set_up;
    Renewed renewed = co_await renew(
        tx, rules, own, complete ? SessionState::active : SessionState::enrolling, complete);
    renewed.ended_keys = co_await staff::end_keys(tx, staff, own.actor().name);
    record(tx, own, "password_changed",
           {{"session", renewed.session.id.uuid()},
            {"ended_sessions", renewed.ended_sessions},
            {"ended_keys", renewed.ended_keys}});
    co_return renewed;
}

awaitable<Outcome<TotpSecret>> offer_second_factor(pg::Transaction& tx, const SignInRules& rules,
                                                   Own own) {
    const auto account = co_await lock_account(tx, own);
    if (!account)
        co_return refused(SessionRefusal::session_over);
    const bool stepped_up = is_stepped_up(own.session.standing, rules.session, own.session.now);
    if (!account->totp_secret.empty() && !stepped_up)
        co_return refused(SessionRefusal::step_up_required);
    const auto secret = TotpSecret::random();
    const std::vector<std::byte> bytes(secret.bytes.begin(), secret.bytes.end());
    credentials::offer_totp(tx, account->staff.id,
                            rules.keys.seal(bytes, account->staff.id.uuid()));
    record(tx, own, "second_factor_offered", {});
    co_return secret;
}

awaitable<Outcome<Renewed>> confirm_second_factor(pg::Transaction& tx, const SignInRules& rules,
                                                  Own own, std::string code) {
    const auto account = co_await lock_account(tx, own);
    if (!account)
        co_return refused(SessionRefusal::session_over);
    const OperationId staff = account->staff.id;
    const auto secret = totp_secret_of(rules.keys, account->totp_offered, staff);
    if (!secret)
        co_return refused(SessionRefusal::nothing_offered);
    const auto step = judge_totp(*secret, code, account->now, 0);
    if (!step)
        co_return refused(SessionRefusal::credentials_refused);
    const auto codes = new_recovery_codes();
    credentials::confirm_totp(tx, staff, *step);
    credentials::replace_recovery_codes(tx, staff, codes);
    const auto state =
        account->must_change_password ? SessionState::enrolling : SessionState::active;
    Renewed renewed = co_await renew(tx, rules, own, state, true);
    renewed.recovery_codes = codes;
    record(tx, own, "second_factor_set",
           {{"session", renewed.session.id.uuid()}, {"ended_sessions", renewed.ended_sessions}});
    co_return renewed;
}

void sign_out(pg::Transaction& tx, const Own& own) {
    if (own.visitor.session)
        sessions::end(tx, own.visitor.session->hash(), sessions::Ending::signed_out);
    record(tx, own, "signed_out", {{"session", own.session.id.uuid()}});
}

awaitable<Outcome<std::int64_t>> revoke_own_device(pg::Transaction& tx, Own own,
                                                   OperationId device) {
    const auto ended = co_await sessions::revoke_device(tx, own.session.staff.id, device);
    if (!ended)
        co_return refused(SessionRefusal::unknown_device);
    record(tx, own, "device_revoked", {{"device", device.uuid()}, {"ended_sessions", *ended}});
    co_return *ended;
}

}  // namespace cambist::office
