#include "office/staff/sign_in.hpp"

#include <array>

namespace cambist::office {
namespace {

// In the order of SignInRefusal.
constexpr std::array<std::string_view, 8> causes{
    "unknown_username", "wrong_password", "suspended", "left",
    "password_expired", "code_missing",   "code_used", "wrong_code"};

std::optional<SignInRefusal> judge_second_factor(SecondFactor factor) {
    using enum SignInRefusal;
    switch (factor) {
        case SecondFactor::missing:
            return code_missing;
        case SecondFactor::used:
            return code_used;
        case SecondFactor::wrong:
            return wrong_code;
        case SecondFactor::not_set_up:
        case SecondFactor::right:
        case SecondFactor::recovery:
            return std::nullopt;
    }
    return wrong_code;
}

}  // namespace

std::string_view name_of(SignInRefusal refusal) {
    return causes[std::size_t(refusal)];
}

Refused refused_as(SignInRefusal) {
    return {Refused::Kind::forbidden, "sign_in_refused"};
}

std::string_view name_of(SessionState state) {
    return state == SessionState::active ? "active" : "enrolling";
}

std::expected<SessionState, SignInRefusal> review_sign_in(const SignInFacts& facts) {
    using enum SignInRefusal;
    if (!facts.account_known)
        return std::unexpected(unknown_username);
    if (!facts.password_right)
        return std::unexpected(wrong_password);
    if (facts.status == StaffStatus::suspended)
        return std::unexpected(suspended);
    if (facts.status == StaffStatus::left)
        return std::unexpected(left);
    if (facts.password_expired)
        return std::unexpected(password_expired);
    if (const auto refusal = judge_second_factor(facts.second_factor))
        return std::unexpected(*refusal);
    const bool complete =
        !facts.must_change_password && facts.second_factor != SecondFactor::not_set_up;
    return complete ? SessionState::active : SessionState::enrolling;
}

std::vector<std::string_view> abnormalities(const SignInHistory& history, const AbnormalRule& rule,
                                            Instant now) {
    std::vector<std::string_view> flags;
    if (history.last_sign_in && !history.device_known)
        flags.emplace_back("new_device");
    if (history.last_sign_in && !history.country_known)
        flags.emplace_back("new_country");
    if (history.failures >= rule.burst)
        flags.emplace_back("burst");
    if (history.privileged && history.last_sign_in &&
        now - *history.last_sign_in >= rule.dormant_after)
        flags.emplace_back("dormant_privileged");
    if (history.recovery_code)
        flags.emplace_back("recovery_code");
    return flags;
}

}  // namespace cambist::office
