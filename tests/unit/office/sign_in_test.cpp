#include "office/staff/sign_in.hpp"

#include <gtest/gtest.h>

#include <set>

#include "office/staff/secret_keys.hpp"
#include "office/staff/session.hpp"
#include "office/staff/sign_in_service.hpp"
#include "office/staff/token.hpp"

namespace cambist::office {
namespace {

using namespace std::chrono_literals;

constexpr Instant now{1'000'000'000'000'000'000};
constexpr SignInFacts right{
    .account_known = true, .password_right = true, .second_factor = SecondFactor::right};

struct RefusedRow {
    const char* name;
    void (*break_it)(SignInFacts&);
    SignInRefusal refusal;
};

const RefusedRow refused_rows[] = {
    {"nobody of that name", [](SignInFacts& f) { f.account_known = false; },
     SignInRefusal::unknown_username},
    {"another password", [](SignInFacts& f) { f.password_right = false; },
     SignInRefusal::wrong_password},
    {"suspended", [](SignInFacts& f) { f.status = StaffStatus::suspended; },
     SignInRefusal::suspended},
    {"gone", [](SignInFacts& f) { f.status = StaffStatus::left; }, SignInRefusal::left},
    {"a temporary password too late", [](SignInFacts& f) { f.password_expired = true; },
     SignInRefusal::password_expired},
    {"no code", [](SignInFacts& f) { f.second_factor = SecondFactor::missing; },
     SignInRefusal::code_missing},
    {"a code again", [](SignInFacts& f) { f.second_factor = SecondFactor::used; },
     SignInRefusal::code_used},
    {"another code", [](SignInFacts& f) { f.second_factor = SecondFactor::wrong; },
     SignInRefusal::wrong_code},
};

TEST(SignIn, refuses_by_name_in_the_record) {
    for (const auto& row : refused_rows) {
        SignInFacts facts = right;
        row.break_it(facts);
        const auto reviewed = review_sign_in(facts);
        ASSERT_FALSE(reviewed) << row.name;
        EXPECT_EQ(reviewed.error(), row.refusal) << row.name;
    }
}

TEST(SignIn, tells_whoever_tried_the_same_whatever_was_wrong) {
    std::set<std::string_view> recorded, told;
    for (const auto& row : refused_rows) {
        recorded.insert(name_of(row.refusal));
        told.insert(refused_as(row.refusal).code);
    }
    EXPECT_EQ(recorded.size(), std::size(refused_rows));
    EXPECT_EQ(told, std::set<std::string_view>{"sign_in_refused"});
}

TEST(SignIn, lets_in_with_everything_right) {
    EXPECT_EQ(review_sign_in(right), SessionState::active);
    SignInFacts facts = right;
    facts.second_factor = SecondFactor::recovery;
    EXPECT_EQ(review_sign_in(facts), SessionState::active);
}

TEST(SignIn, with_a_temporary_password_or_without_second_factor_leads_to_enrolling_alone) {
    SignInFacts temporary = right, bare = right;
    temporary.must_change_password = true;
    bare.second_factor = SecondFactor::not_set_up;
    EXPECT_EQ(review_sign_in(temporary), SessionState::enrolling);
    EXPECT_EQ(review_sign_in(bare), SessionState::enrolling);
}

using Flags = std::vector<std::string_view>;

SignInHistory ordinary() {
    return {.device_known = true,
            .country_known = true,
            .last_sign_in = now + -24h,
            .privileged = true};
}

TEST(AbnormalSignIn, an_ordinary_one_and_the_first_of_all_have_no_flag) {
    EXPECT_EQ(abnormalities(ordinary(), {}, now), Flags{});
    SignInHistory first;
    first.privileged = true;
    EXPECT_EQ(abnormalities(first, {}, now), Flags{});
}

TEST(AbnormalSignIn, names_what_is_unusual) {
    auto device = ordinary(), country = ordinary(), burst = ordinary(), dormant = ordinary(),
         recovery = ordinary();
    device.device_known = false;
    country.country_known = false;
    burst.failures = 5;
    dormant.last_sign_in = now + -720h;
    recovery.recovery_code = true;
    EXPECT_EQ(abnormalities(device, {}, now), Flags{"new_device"});
    EXPECT_EQ(abnormalities(country, {}, now), Flags{"new_country"});
    EXPECT_EQ(abnormalities(burst, {}, now), Flags{"burst"});
    EXPECT_EQ(abnormalities(dormant, {}, now), Flags{"dormant_privileged"});
    EXPECT_EQ(abnormalities(recovery, {}, now), Flags{"recovery_code"});
}

TEST(AbnormalSignIn, says_nothing_of_what_is_not_so) {
    auto plain = ordinary(), few = ordinary();
    plain.privileged = false;
    plain.last_sign_in = now + -10'000h;
    few.failures = 4;
    for (const auto& history : {plain, few})
        EXPECT_EQ(abnormalities(history, {}, now), Flags{});
}

SessionStanding standing() {
    return {.version = 3,
            .current_version = 3,
            .idle_expires_at = now + 1s,
            .absolute_expires_at = now + 1h,
            .stepped_up_at = now + -299s};
}

TEST(Session, ends_by_each_of_its_ends) {
    EXPECT_TRUE(is_alive(standing(), now));
    auto ended = standing(), changed = standing(), suspended = standing(), gone = standing();
    ended.ended = true;
    changed.current_version = 4;
    suspended.owner = StaffStatus::suspended;
    gone.owner = StaffStatus::left;
    for (const auto& session : {ended, changed, suspended, gone})
        EXPECT_FALSE(is_alive(session, now));
    EXPECT_FALSE(is_alive(standing(), now + 1s));
    auto old = standing();
    old.idle_expires_at = now + 2h;
    EXPECT_FALSE(is_alive(old, now + 1h));
}

TEST(Session, is_stepped_up_for_five_minutes) {
    EXPECT_TRUE(is_stepped_up(standing(), {}, now));
    EXPECT_FALSE(is_stepped_up(standing(), {}, now + 1s));
    auto never = standing();
    never.stepped_up_at.reset();
    EXPECT_FALSE(is_stepped_up(never, {}, now));
}

TEST(Session, is_written_anew_a_few_times_in_its_idle_time_and_at_most_once_a_second) {
    EXPECT_EQ(SessionLimits{}.granularity(), 60s);
    EXPECT_EQ((SessionLimits{.idle = 5s}).granularity(), 1s);
}

TEST(Network, is_an_ipv4_address_or_what_one_customer_has_of_ipv6) {
    EXPECT_EQ(network_of("203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(network_of("::ffff:203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(network_of("2001:db8:1:2:ffff::1"), network_of("2001:db8:1:2::9"));
    EXPECT_NE(network_of("2001:db8:1:3::1"), network_of("2001:db8:1:2::1"));
    EXPECT_EQ(network_of("no address"), "no address");
}

TEST(Session, has_a_token_of_256_bits_of_which_the_hash_is_kept) {
    const auto token = Token::random();
    EXPECT_EQ(token.text.size(), 64u);
    EXPECT_NE(token.text, Token::random().text);
    EXPECT_TRUE(Token::from(token.text));
    EXPECT_FALSE(Token::from(token.text + "0"));
    EXPECT_FALSE(Token::from(std::string(64, 'G')));
    EXPECT_FALSE(Token::from(""));
    EXPECT_NE(csrf_token_of(token), token.text);
    EXPECT_EQ(csrf_token_of(token), csrf_token_of(token));
    EXPECT_NE(csrf_token_of(token), csrf_token_of(Token::random()));
}

TEST(SecretKeys, open_for_their_owner_alone_and_with_an_older_key_too) {
    const std::vector<std::byte> secret{std::byte{1}, std::byte{2}};
    const std::string old_text = SecretKeys::random_text(), new_text = SecretKeys::random_text();
    const auto old_keys = SecretKeys::from(old_text), both = SecretKeys::from(new_text + old_text),
               other = SecretKeys::from(new_text);
    ASSERT_TRUE(old_keys && both && other);
    auto sealed = old_keys->seal(secret, "ada");
    EXPECT_NE(sealed, old_keys->seal(secret, "ada"));
    EXPECT_EQ(old_keys->open(sealed, "ada"), secret);
    EXPECT_EQ(both->open(sealed, "ada"), secret);
    EXPECT_FALSE(old_keys->open(sealed, "bob"));
    EXPECT_FALSE(other->open(sealed, "ada"));
    sealed.back() ^= std::byte{1};
    EXPECT_FALSE(old_keys->open(sealed, "ada"));
    EXPECT_FALSE(old_keys->open({}, "ada"));
    EXPECT_NE(old_keys->keyed_hash("a", "x"), old_keys->keyed_hash("b", "x"));
    EXPECT_NE(old_keys->keyed_hash("a", "x"), other->keyed_hash("a", "x"));
}

TEST(SecretKeys, of_a_file_that_is_not_one_are_refused) {
    for (const std::string& text : {std::string(), std::string("\n"), std::string(63, 'a'),
                                    std::string(64, 'x'), std::string(64, 'a') + "\nshort\n"})
        EXPECT_FALSE(SecretKeys::from(text)) << text;
}

}  // namespace
}  // namespace cambist::office
