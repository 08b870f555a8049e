#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/staff/token.hpp"

namespace cambist::office {

/// A code on paper that stands in for the phone, once: 80 random bits in four groups of four.
struct RecoveryCode {
    std::string text;

    /// Exactly as it was shown: lower case, with its dashes, nothing around it.
    static std::optional<RecoveryCode> from(std::string_view text);
    static RecoveryCode random();
    /// What is kept: of this code for this person.
    TokenHash hash(std::string_view staff_id) const;
};

/// As many as are shown at once.
std::vector<RecoveryCode> new_recovery_codes();

}  // namespace cambist::office
