#include "office/staff/sign_in_service.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/audit/audit_store.hpp"
#include "office/staff/sign_in_store.hpp"
#include "office/staff/totp.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

sign_ins::Record record_of(const SignInAttempt& attempt, const Visitor& visitor) {
    sign_ins::Record record;
    record.username = attempt.username;
    if (attempt.account)
        record.staff = attempt.account->staff.id;
    record.address = visitor.address;
    record.country = visitor.country;
    record.user_agent = visitor.user_agent;
    record.request_id = visitor.request_id;
    return record;
}

void record_throttled(pg::Transaction& tx, const SignInAttempt& attempt, const Visitor& visitor,
                      const Throttled& throttled) {
    if (!throttled.first)
        return;
    auto record = record_of(attempt, visitor);
    record.outcome = "throttled";
    if (throttled.stuffing)
        record.flags.emplace_back("credential_stuffing");
    sign_ins::append(tx, record);
}

void record_refusal(pg::Transaction& tx, const SignInRules& rules, const SignInAttempt& attempt,
                    const Visitor& visitor, std::string_view cause) {
    auto record = record_of(attempt, visitor);
    record.outcome = "refused";
    record.cause = cause;
    if (attempt.claim.failures_before + 1 >= rules.abnormal.burst)
        record.flags.emplace_back("burst");
    if (attempt.claim.stuffing)
        record.flags.emplace_back("credential_stuffing");
    sign_ins::append(tx, record);
}

SignInFacts facts_of(const std::optional<credentials::Credential>& account,
                     const PasswordRead& password, SecondFactor factor) {
    SignInFacts facts;
    if (!account)
        return facts;
    facts.account_known = true;
    facts.password_right = password.opens;
    facts.status = account->staff.status;
    facts.password_expired = account->password_expired;
    facts.must_change_password = account->must_change_password;
    facts.second_factor = factor;
    return facts;
}

/// The browser as a device of the account; a new one gets a token of its own.
awaitable<OperationId> note_device(pg::Transaction& tx, const SignInAttempt& attempt,
                                   OperationId staff, const Visitor& visitor, SignedIn& signed_in) {
    if (attempt.device.id) {
        sessions::see_device(tx, *attempt.device.id, visitor.user_agent, visitor.address,
                             visitor.country);
        co_return *attempt.device.id;
    }
    const bool has_ours = attempt.device.issued && visitor.device;
    const Token token = has_ours ? *visitor.device : Token::random();
    if (!has_ours)
        signed_in.new_device = token;
    co_return co_await sessions::add_device(tx, staff, token.hash(), visitor.user_agent,
                                            visitor.address, visitor.country);
}

awaitable<std::vector<std::string_view>> flags_of(pg::Transaction& tx, const SignInRules& rules,
                                                  const SignInAttempt& attempt,
                                                  const credentials::Credential& account,
                                                  const CodeRead& code, const Visitor& visitor) {
    const auto past = co_await sign_ins::past_of(tx, account.staff.id, visitor.country);
    SignInHistory history;
    history.device_known = attempt.device.id.has_value();
    history.country_known = past.country_known;
    history.failures = attempt.claim.failures_before;
    history.last_sign_in = account.signed_in_at;
    history.privileged = past.privileged;
    history.recovery_code = code.factor == SecondFactor::recovery;
    co_return abnormalities(history, rules.abnormal, account.now);
}

void record_success(pg::Transaction& tx, const SignInAttempt& attempt, const Visitor& visitor,
                    const SignedIn& signed_in, OperationId device) {
    auto record = record_of(attempt, visitor);
    record.session = signed_in.session.id;
    record.device = device;
    record.outcome = "signed_in";
    record.flags = signed_in.flags;
    sign_ins::append(tx, record);
    json::array flags;
    for (const auto flag : signed_in.flags)
        flags.emplace_back(flag);
    const json::object after{{"session", signed_in.session.id.uuid()},
                             {"device", device.uuid()},
                             {"state", name_of(signed_in.state)},
                             {"flags", std::move(flags)}};
    const Change change{.action = "signed_in",
                        .subject = "staff:" + attempt.account->staff.id.uuid(),
                        .before = {},
                        .after = json::serialize(after),
                        .reason = {}};
    audit::append(tx, actor_of(attempt.account->staff, visitor), change);
}

awaitable<SignedIn> let_in(pg::Transaction& tx, const SignInRules& rules, SignInAttempt attempt,
                           credentials::Credential account, SessionState state, CodeRead code,
                           Visitor visitor) {
    const OperationId staff = account.staff.id;
    SignedIn signed_in;
    signed_in.token = Token::random();
    signed_in.state = state;
    signed_in.staff = staff;
    signed_in.flags = co_await flags_of(tx, rules, attempt, account, code, visitor);
    use_code(tx, staff, code);
    credentials::signed_in(tx, staff);
    const auto device = co_await note_device(tx, attempt, staff, visitor, signed_in);
    if (visitor.session)
        sessions::end(tx, visitor.session->hash(), sessions::Ending::signed_in_again);
    const bool code_shown = code.factor != SecondFactor::not_set_up;
    const sessions::NewSession session{.token = signed_in.token.hash(),
                                       .staff = staff,
                                       .device = device,
                                       .state = state,
                                       .address = visitor.address,
                                       .country = visitor.country,
                                       .user_agent = visitor.user_agent,
                                       .code_shown = code_shown};
    signed_in.session = co_await sessions::insert(tx, session, rules.session);
    sessions::act_through(tx, signed_in.session.id);
    record_success(tx, attempt, visitor, signed_in, device);
    co_return signed_in;
}

}  // namespace

Actor actor_of(const Staff& staff, const Visitor& visitor) {
    return {.name = "staff:" + staff.username,
            .principal = staff.id,
            .person = staff.person,
            .is_staff = true,
            .request_id = visitor.request_id,
            .address = visitor.address};
}

std::optional<TotpSecret> totp_secret_of(const SecretKeys& keys,
                                         const std::vector<std::byte>& sealed, OperationId staff) {
    const auto opened = keys.open(sealed, staff.uuid());
    TotpSecret secret;
    if (!opened || opened->size() != secret.bytes.size())
        return std::nullopt;
    std::ranges::copy(*opened, secret.bytes.begin());
    return secret;
}

TokenHash address_key(const SecretKeys& keys, std::string_view address) {
    return keys.keyed_hash("address", network_of(address));
}

TokenHash device_key(OperationId device) {
    return sha256_of("device " + device.uuid());
}

std::string network_of(std::string_view address) {
    boost::system::error_code wrong;
    const auto parsed = boost::asio::ip::make_address(std::string(address), wrong);
    if (wrong || !parsed.is_v6())
        return std::string(address);
    if (parsed.to_v6().is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6())
            .to_string();
    auto bytes = parsed.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::make_address_v6(bytes).to_string() + "/64";
}

awaitable<std::expected<SignInAttempt, Throttled>> begin_sign_in(pg::Transaction& tx,
                                                                 const SignInRules& rules,
                                                                 std::string username,
                                                                 Visitor visitor) {
    SignInAttempt attempt;
    attempt.username = rules.keys.keyed_hash("username", username);
    attempt.account = co_await credentials::find(tx, username);
    if (visitor.device) {
        const auto staff = attempt.account ? attempt.account->staff.id : OperationId{};
        attempt.device = co_await sessions::device_of(tx, staff, visitor.device->hash());
    }
    attempts::Attempt counted{.from_known_device = attempt.device.id.has_value(),
                              .own = attempt.username,
                              .account = attempt.username,
                              .address = address_key(rules.keys, visitor.address)};
    if (counted.from_known_device)
        counted.own = device_key(*attempt.device.id);
    const auto claim = co_await claim_attempt(tx, counted, rules.limits);
    if (!claim) {
        record_throttled(tx, attempt, visitor, claim.error());
        co_return std::unexpected(claim.error());
    }
    attempt.claim = *claim;
    co_return attempt;
}

awaitable<std::expected<SignedIn, SignInRefusal>> finish_sign_in(
    pg::Transaction& tx, const SignInRules& rules, SignInAttempt attempt, PasswordRead password,
    std::optional<std::string> code, Visitor visitor) {
    const auto staff = attempt.account ? attempt.account->staff.id : OperationId{};
    auto account = co_await credentials::find_for_update(tx, staff);
    // Another password since the one that was read: it is not known to be right.
    if (account && account->password_hash != attempt.account->password_hash)
        password.opens = false;
    const CodeRead read = co_await read_code(tx, rules.keys, account, std::move(code));
    const auto state = review_sign_in(facts_of(account, password, read.factor));
    if (!state) {
        record_refusal(tx, rules, attempt, visitor, name_of(state.error()));
        co_return std::unexpected(state.error());
    }
    co_await take_back(tx, attempt.claim, rules.limits);
    if (!password.rehashed.empty())
        credentials::rehash(tx, staff, password.rehashed);
    co_return co_await let_in(tx, rules, std::move(attempt), std::move(*account), *state, read,
                              std::move(visitor));
}

awaitable<CodeRead> read_code(pg::Transaction& tx, const SecretKeys& keys,
                              std::optional<credentials::Credential> account,
                              std::optional<std::string> code) {
    const auto staff = account ? account->staff.id : OperationId{};
    // For nobody's account too: whoever tries learns nothing from how long it takes.
    const auto recovery = code ? RecoveryCode::from(*code) : std::nullopt;
    const auto hash = recovery ? recovery->hash(staff.uuid()) : TokenHash{};
    const bool recovers = recovery && co_await credentials::has_recovery_code(tx, staff, hash);
    if (account && account->totp_secret.empty())
        co_return CodeRead{SecondFactor::not_set_up, 0, {}};
    if (!code)
        co_return CodeRead{SecondFactor::missing, 0, {}};
    if (recovers)
        co_return CodeRead{SecondFactor::recovery, 0, hash};
    const auto secret = account ? totp_secret_of(keys, account->totp_secret, staff) : std::nullopt;
    if (!secret)
        co_return CodeRead{};
    const auto step = judge_totp(*secret, *code, account->now, account->totp_step);
    if (step)
        co_return CodeRead{SecondFactor::right, *step, {}};
    const bool used = step.error() == TotpRefusal::used;
    co_return CodeRead{used ? SecondFactor::used : SecondFactor::wrong, 0, {}};
}

void use_code(pg::Transaction& tx, OperationId staff, const CodeRead& code) {
    if (code.factor == SecondFactor::right)
        credentials::use_step(tx, staff, code.step);
    if (code.factor == SecondFactor::recovery)
        credentials::use_recovery_code(tx, code.recovery);
}

}  // namespace cambist::office
