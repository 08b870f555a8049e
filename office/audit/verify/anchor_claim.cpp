#include "office/audit/verify/anchor_claim.hpp"

#include <algorithm>
#include <utility>

namespace cambist::office::verify {

Proof proof_of(const SealRecord& seal, const std::vector<PublicKey>& keys, Sha256& sha) {
    if (text_of(hash_of(seal, sha)) != seal.hash)
        return Proof::altered;
    const bool is_signed = std::ranges::any_of(
        keys, [&](const PublicKey& key) { return key.verifies(seal.hash, seal.signature); });
    return is_signed ? Proof::good : Proof::unsigned_;
}

AnchorClaim claim_of(const AnchorLine& line, const std::vector<PublicKey>& keys, Sha256& sha) {
    auto anchor = read_anchor(line.text);
    if (!anchor)
        return {{}, Code::anchor_altered, line.place + ": " + anchor.error()};
    switch (proof_of(anchor->seal, keys, sha)) {
        case Proof::good:
            return {std::move(*anchor), {}, {}};
        case Proof::altered:
            return {{}, Code::anchor_altered, line.place + ": its hash is not that of its fields"};
        case Proof::unsigned_:
            break;
    }
    return {{},
            Code::signature_invalid,
            line.place + ": its signature is not by the key that was given"};
}

}  // namespace cambist::office::verify
