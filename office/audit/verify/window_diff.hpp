#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "office/audit/verify/finding.hpp"
#include "office/audit/verify/seal_record.hpp"

namespace cambist::office::verify {

/// A row as it was found in the database.
struct RowEntry {
    std::int64_t id = 0;
    std::array<char, Leaves::prefix> hash{};  ///< beginning of its leaf hash
};

/// Which rows of a window differ from what was sealed, row by row. To be asked when its root
/// differs; `leaves`: what its anchor lists, when that can be believed.
void diff(const SealRecord& seal, const std::optional<Leaves>& leaves,
          const std::vector<RowEntry>& rows, Findings& findings);

}  // namespace cambist::office::verify
