#pragma once

#include <optional>
#include <string>
#include <vector>

#include "office/audit/verify/anchor_files.hpp"
#include "office/audit/verify/digest.hpp"
#include "office/audit/verify/finding.hpp"
#include "office/audit/verify/seal_record.hpp"

namespace cambist::office::verify {

/// What an anchor line says, if it can be believed.
struct AnchorClaim {
    std::optional<AnchorRecord> anchor{};
    Code code = Code::anchor_altered;  ///< when it cannot
    std::string problem{};
};

/// What a seal's own hash and signature say of it.
enum class Proof { good, altered, unsigned_ };

/// `keys`: any of which may have signed it.
Proof proof_of(const SealRecord& seal, const std::vector<PublicKey>& keys, Sha256& sha);

AnchorClaim claim_of(const AnchorLine& line, const std::vector<PublicKey>& keys, Sha256& sha);

}  // namespace cambist::office::verify
