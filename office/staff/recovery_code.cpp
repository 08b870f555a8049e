#include "office/staff/recovery_code.hpp"

#include <sodium/randombytes.h>

namespace cambist::office {
namespace {

constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
constexpr std::size_t group = 4, groups = 4, shown_at_once = 10;
constexpr std::size_t text_size = groups * group + groups - 1;

}  // namespace

std::optional<RecoveryCode> RecoveryCode::from(std::string_view text) {
    if (text.size() != text_size)
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i % (group + 1) == group;
        if (dash ? text[i] != '-' : letters.find(text[i]) == std::string_view::npos)
            return std::nullopt;
    }
    return RecoveryCode{std::string(text)};
}

RecoveryCode RecoveryCode::random() {
    RecoveryCode code;
    for (std::size_t i = 0; i < text_size; ++i)
        code.text += i % (group + 1) == group
                         ? '-'
                         : letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
    return code;
}

TokenHash RecoveryCode::hash(std::string_view staff_id) const {
    return sha256_of("recovery " + std::string(staff_id) + " " + text);
}

std::vector<RecoveryCode> new_recovery_codes() {
    std::vector<RecoveryCode> codes;
    for (std::size_t i = 0; i < shown_at_once; ++i)
        codes.push_back(RecoveryCode::random());
    return codes;
}

}  // namespace cambist::office
