#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "office/audit/refused.hpp"

namespace cambist::office {

/// What one password costs to try, with argon2id. The default is libsodium's for interactive use
/// and above each of OWASP's minima (19 MiB twice, 46 MiB once): staff sign in rarely, and their
/// passwords guard other people's money.
struct PasswordCost {
    std::uint64_t iterations = 2;
    std::uint64_t memory_mib = 64;

    bool is_sound() const { return memory_mib >= (iterations >= 2 ? 19 : 46); }
};

/// Why a new password is not taken, in order of precedence.
enum class PasswordRefusal : std::uint8_t {
    password_too_short,
    password_too_long,
    password_common,
    password_holds_username,
    password_unchanged,
};
constexpr int password_refusal_count = 5;
Refused refused_as(PasswordRefusal refusal);

constexpr std::size_t shortest_password = 12, longest_password = 128;  ///< in characters
constexpr std::size_t longest_password_bytes = 1024;

/// The same text whatever keyboard it was typed on: Unicode's form NFC. The text is well-formed
/// UTF-8, as the reader of requests has made sure; nothing is cut off and nothing else changed.
std::string normal_password(std::string_view typed);

/// Is the new password, in its normal form, strong enough? 12 to 128 characters of any kind, not
/// among the common ones, no row of the keyboard or the alphabet, and without the username.
std::expected<void, PasswordRefusal> review_password(std::string_view normal,
                                                     std::string_view username);

/// `$argon2id$...` with its salt and cost in it. Throws std::bad_alloc. Takes as long as it costs:
/// never on the thread that serves requests.
std::string hash_password(std::string_view normal, const PasswordCost& cost);
bool password_opens(const std::string& hash, std::string_view normal);
/// Made with another cost than today's.
bool is_outdated(const std::string& hash, const PasswordCost& cost);

/// A temporary password: 20 characters that are told apart when read aloud, above 95 random bits.
std::string random_password();

}  // namespace cambist::office
