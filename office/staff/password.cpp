#include "office/staff/password.hpp"

#include <sodium/crypto_pwhash.h>
#include <sodium/randombytes.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <array>
#include <new>
#include <set>

#include "sync/messages/text.hpp"

namespace cambist::office {
namespace {

using enum Refused::Kind;
// In the order of PasswordRefusal.
constexpr std::array<Refused, password_refusal_count> refusals{{
    {invalid, "password_too_short"},
    {invalid, "password_too_long"},
    {invalid, "password_common"},
    {invalid, "password_holds_username"},
    {invalid, "password_unchanged"},
}};

// What people choose when twelve characters are asked for; compared without case.
constexpr std::string_view common[] = {
    "password1234",     "password12345",    "password123456",
    "passwordpassword", "password2024",     "password2025",
    "password2026",     "passw0rd1234",     "p@ssw0rd1234",
    "p@ssword1234",     "iloveyou1234",     "iloveyouforever",
    "letmein12345",     "letmeinplease",    "welcome12345",
    "welcome123456",    "welcome2025!",     "welcome2026!",
    "changeme1234",     "changeme12345",    "administrator",
    "administrator1",   "administrator123", "admin1234567",
    "admin12345678",    "adminadminadmin",  "qwerty123456",
    "qwerty1234567",    "1q2w3e4r5t6y",     "1qaz2wsx3edc",
    "zaq12wsxcde3",     "q1w2e3r4t5y6",     "trustno1trustno1",
    "monkey123456",     "dragon123456",     "football1234",
    "baseball1234",     "sunshine1234",     "princess1234",
    "superman1234",     "michael12345",     "abc123abc123",
    "123qweasdzxc",     "qweasdzxc123",     "correcthorsebatterystaple",
    "onceuponatime",    "thisismypassword", "mypassword123",
    "forextrading1",    "brokerbroker",     "cambistcambist",
    "trader123456",     "money1234567",     "company12345",
    "summer2025!!",     "winter2025!!",     "spring2026!!",
    "summer2026!!",     "secret123456",
};
constexpr std::string_view rows[] = {
    "01234567890123456789",       "98765432109876543210",       "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba", "qwertyuiopasdfghjklzxcvbnm", "1234567890-=qwertyuiop[]",
    "qwertyuiop[]asdfghjkl;'",
};
constexpr std::size_t fewest_different = 5;

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

bool is_common(const std::string& lower) {
    if (std::ranges::find(common, lower) != std::end(common))
        return true;
    if (std::set<char>(lower.begin(), lower.end()).size() < fewest_different)
        return true;
    return std::ranges::any_of(
        rows, [&](std::string_view row) { return row.find(lower) != std::string_view::npos; });
}

}  // namespace

Refused refused_as(PasswordRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

std::string normal_password(std::string_view typed) {
    UErrorCode problem = U_ZERO_ERROR;
    const auto* nfc = icu::Normalizer2::getNFCInstance(problem);
    std::string normal;
    icu::StringByteSink<std::string> sink(&normal);
    if (U_SUCCESS(problem))
        nfc->normalizeUTF8(0,
                           icu::StringPiece(typed.data(), static_cast<std::int32_t>(typed.size())),
                           sink, nullptr, problem);
    if (U_FAILURE(problem))
        throw std::bad_alloc();
    return normal;
}

std::expected<void, PasswordRefusal> review_password(std::string_view normal,
                                                     std::string_view username) {
    using enum PasswordRefusal;
    const auto characters = characters_of(normal);
    if (characters < shortest_password)
        return std::unexpected(password_too_short);
    if (characters > longest_password)
        return std::unexpected(password_too_long);
    const std::string lower = lower_case(normal);
    if (is_common(lower))
        return std::unexpected(password_common);
    if (!username.empty() && lower.find(lower_case(username)) != std::string::npos)
        return std::unexpected(password_holds_username);
    return {};
}

std::string hash_password(std::string_view normal, const PasswordCost& cost) {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str(text.data(), normal.data(), normal.size(), cost.iterations,
                          cost.memory_mib << 20) != 0)
        throw std::bad_alloc();
    return text.data();
}

bool password_opens(const std::string& hash, std::string_view normal) {
    return crypto_pwhash_str_verify(hash.c_str(), normal.data(), normal.size()) == 0;
}

bool is_outdated(const std::string& hash, const PasswordCost& cost) {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.iterations, cost.memory_mib << 20) !=
           0;
}

std::string random_password() {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";  // no l, o, 0, 1
    constexpr std::size_t groups = 4, size = 5;
    std::string text;
    for (std::size_t i = 0; i < groups * size; ++i) {
        if (i > 0 && i % size == 0)
            text += '-';
        text += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
    }
    return text;
}

}  // namespace cambist::office
