#include "office/staff/password.hpp"

#include <gtest/gtest.h>

namespace cambist::office {
namespace {

// What a test can wait for; sound ones are for people.
constexpr PasswordCost quick{.iterations = 1, .memory_mib = 1};

std::optional<PasswordRefusal> refusal_of(std::string_view text, std::string_view user = "ada") {
    const auto reviewed = review_password(text, user);
    return reviewed ? std::nullopt : std::optional(reviewed.error());
}

TEST(Password, has_12_to_128_characters_whatever_their_bytes) {
    EXPECT_EQ(refusal_of("kort-paard7"), PasswordRefusal::password_too_short);
    EXPECT_EQ(refusal_of("kort-paard78"), std::nullopt);
    std::string long_one;
    for (int i = 0; i < 64; ++i)
        long_one += "é" + std::string(1, static_cast<char>('a' + i % 26));
    EXPECT_EQ(refusal_of(long_one), std::nullopt);
    EXPECT_EQ(refusal_of(long_one + "x"), PasswordRefusal::password_too_long);
    EXPECT_EQ(refusal_of("ééééééééééé"), PasswordRefusal::password_too_short);
}

TEST(Password, is_not_what_everybody_chooses) {
    for (const char* text : {"password1234", "PassWord1234", "qwertyuiopas", "123456789012",
                             "abcdefghijkl", "aaaaaaaaaaaa", "abababababab",
                             "correcthorsebatterystaple", "210987654321", "administrator"})
        EXPECT_EQ(refusal_of(text), PasswordRefusal::password_common) << text;
}

TEST(Password, does_not_hold_the_username) {
    EXPECT_EQ(refusal_of("my-Ada-is-nice-7"), PasswordRefusal::password_holds_username);
    EXPECT_EQ(refusal_of("my-Eva-is-nice-7"), std::nullopt);
}

TEST(Password, is_the_same_text_on_every_keyboard) {
    const std::string composed = "caf\xC3\xA9-noir-long", decomposed = "cafe\xCC\x81-noir-long";
    EXPECT_EQ(normal_password(composed), normal_password(decomposed));
    const auto hash = hash_password(normal_password(composed), quick);
    EXPECT_TRUE(password_opens(hash, normal_password(decomposed)));
    // No more than that: other letters that look alike stay others.
    EXPECT_NE(normal_password("a"), normal_password("\xD0\xB0"));
    EXPECT_NE(normal_password("1"), normal_password("\xEF\xBC\x91"));
}

TEST(Password, is_never_cut_off) {
    const std::string a = std::string(127, 'x') + "a", b = std::string(127, 'x') + "b";
    const auto hash = hash_password(a, quick);
    EXPECT_TRUE(password_opens(hash, a));
    EXPECT_FALSE(password_opens(hash, b));
    const std::string with_nul("before\0after-nul", 16);
    EXPECT_FALSE(password_opens(hash_password(with_nul, quick), "before"));
}

TEST(Password, is_kept_as_argon2id_with_a_salt_of_its_own) {
    const auto once = hash_password("correct-horse-9", quick);
    EXPECT_TRUE(once.starts_with("$argon2id$v=19$m=1024,t=1,p=1$")) << once;
    EXPECT_NE(once, hash_password("correct-horse-9", quick));
    EXPECT_FALSE(is_outdated(once, quick));
    EXPECT_TRUE(is_outdated(once, {.iterations = 2, .memory_mib = 1}));
    EXPECT_FALSE(password_opens("", "x"));
    EXPECT_FALSE(password_opens("not a hash", "x"));
}

TEST(Password, costs_at_least_what_owasp_asks_for) {
    EXPECT_TRUE(PasswordCost{}.is_sound());
    EXPECT_TRUE((PasswordCost{.iterations = 2, .memory_mib = 19}).is_sound());
    EXPECT_TRUE((PasswordCost{.iterations = 1, .memory_mib = 46}).is_sound());
    EXPECT_FALSE((PasswordCost{.iterations = 1, .memory_mib = 19}).is_sound());
    EXPECT_FALSE(quick.is_sound());
}

TEST(Password, a_temporary_one_is_strong_and_never_the_same) {
    const auto one = random_password();
    EXPECT_NE(one, random_password());
    EXPECT_EQ(one.size(), 23u);
    EXPECT_EQ(refusal_of(one), std::nullopt);
}

}  // namespace
}  // namespace cambist::office
