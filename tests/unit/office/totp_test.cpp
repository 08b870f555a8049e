#include "office/staff/totp.hpp"

#include <gtest/gtest.h>

#include "office/staff/recovery_code.hpp"

namespace cambist::office {
namespace {

constexpr Instant at_second(std::int64_t second) {
    return {second * 1'000'000'000};
}

TotpSecret of_the_standard() {
    TotpSecret secret;
    const std::string_view text = "12345678901234567890";
    for (std::size_t i = 0; i < text.size(); ++i)
        secret.bytes[i] = static_cast<std::byte>(text[i]);
    return secret;
}

TEST(Totp, gives_the_codes_of_rfc_6238) {
    // Its appendix B, SHA-1; six digits are the last six of its eight.
    const std::pair<std::int64_t, const char*> vectors[] = {{59, "287082"},
                                                            {1'111'111'109, "081804"},
                                                            {1'111'111'111, "050471"},
                                                            {1'234'567'890, "005924"},
                                                            {2'000'000'000, "279037"},
                                                            {20'000'000'000, "353130"}};
    for (const auto& [second, code] : vectors)
        EXPECT_EQ(totp_code(of_the_standard(), second / 30), code) << second;
}

TEST(Totp, counts_steps_of_30_seconds) {
    EXPECT_EQ(totp_step_at(at_second(0)), 0);
    EXPECT_EQ(totp_step_at(at_second(29)), 0);
    EXPECT_EQ(totp_step_at(at_second(30)), 1);
}

TEST(Totp, takes_the_present_step_and_the_one_before_and_no_other) {
    const auto secret = of_the_standard();
    const auto now = at_second(1'234'567'890);
    const auto step = totp_step_at(now);
    EXPECT_EQ(judge_totp(secret, totp_code(secret, step), now, 0), step);
    EXPECT_EQ(judge_totp(secret, totp_code(secret, step - 1), now, 0), step - 1);
    for (const auto other : {step - 2, step + 1, step + 2})
        EXPECT_EQ(judge_totp(secret, totp_code(secret, other), now, 0).error(), TotpRefusal::wrong);
}

TEST(Totp, takes_each_step_once_and_none_before_it) {
    const auto secret = of_the_standard();
    const auto now = at_second(1'234'567'890);
    const auto step = totp_step_at(now);
    EXPECT_EQ(judge_totp(secret, totp_code(secret, step), now, step - 1), step);
    EXPECT_EQ(judge_totp(secret, totp_code(secret, step), now, step).error(), TotpRefusal::used);
    EXPECT_EQ(judge_totp(secret, totp_code(secret, step - 1), now, step).error(),
              TotpRefusal::used);
    EXPECT_EQ(judge_totp(secret, totp_code(secret, step - 1), now, step - 1).error(),
              TotpRefusal::used);
}

TEST(Totp, takes_six_ascii_digits_and_nothing_around_them) {
    const auto secret = of_the_standard();
    const auto now = at_second(59);
    ASSERT_TRUE(judge_totp(secret, "287082", now, 0));
    for (const char* code : {"", " 287082", "287082 ", "287 082", "28708", "2870820", "287082\n",
                             "\t287082", "２８７０８２", "28708２", "+28708", "0x2870", "287-082"})
        EXPECT_EQ(judge_totp(secret, code, now, 0).error(), TotpRefusal::malformed) << code;
}

TEST(Totp, a_secret_is_typed_and_read_back) {
    const auto secret = TotpSecret::random();
    const auto text = secret.base32();
    EXPECT_EQ(text.size(), 32u);
    ASSERT_TRUE(TotpSecret::from_base32(text));
    EXPECT_EQ(TotpSecret::from_base32(text)->bytes, secret.bytes);
    EXPECT_FALSE(TotpSecret::from_base32("not base32!"));
    EXPECT_FALSE(TotpSecret::from_base32("GEZDGNBV"));
    EXPECT_EQ(otpauth_uri(of_the_standard(), "ada"),
              "otpauth://totp/Cambist:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Cambist"
              "&algorithm=SHA1&digits=6&period=30");
}

TEST(RecoveryCode, is_read_exactly_as_it_was_shown) {
    const auto codes = new_recovery_codes();
    ASSERT_EQ(codes.size(), 10u);
    const std::string text = codes.front().text;
    ASSERT_TRUE(RecoveryCode::from(text));
    std::string upper = text;
    for (char& c : upper)
        c = static_cast<char>(std::toupper(c));
    std::string spaced = text, bare;
    spaced[4] = ' ';
    for (const char c : text)
        if (c != '-')
            bare += c;
    for (const std::string& other : {upper, spaced, bare, " " + text, text + " ", text + "\n",
                                     text.substr(1), std::string("123456")})
        EXPECT_FALSE(RecoveryCode::from(other)) << other;
}

TEST(RecoveryCode, is_kept_as_a_hash_of_its_owners_own) {
    const auto code = RecoveryCode::random();
    EXPECT_NE(code.hash("ada"), code.hash("bob"));
    EXPECT_NE(code.hash("ada"), RecoveryCode::random().hash("ada"));
}

}  // namespace
}  // namespace cambist::office
