#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "office/audit/verify/anchor_claim.hpp"
#include "office/audit/verify/digest.hpp"
#include "office/audit/verify/finding.hpp"
#include "office/audit/verify/seal_record.hpp"

namespace cambist::office::verify {

/// What is said about the seal of one number.
struct SealClaims {
    std::int64_t number = 0;
    std::optional<AnchorClaim> anchor{};  ///< nothing: the anchors lack it
    std::vector<SealRecord> stored{};  ///< in the database: one, none, or more where it was broken
};

/// Rows and what they must give.
struct Window {
    SealRecord seal{};
    std::optional<Leaves> leaves{};
    bool unlisted = false;  ///< its anchor does not list its rows, as it should
    bool lost = false;      ///< the database lacks its seal and all later ones, or has others
};

/// Decides which seals to believe, anchors before the database, and finds what is wrong with the
/// others. Seals come in the order of their numbers.
class SealJudge {
  public:
    SealJudge(Sha256& sha, const std::vector<PublicKey>& keys, Findings& findings)
        : sha_(sha), keys_(keys), findings_(findings) {}

    /// The seal to check rows against, if any can be believed. `newest_stored`: the highest number
    /// in the database.
    std::optional<Window> judge(SealClaims claims, std::int64_t newest_stored);
    /// A seal that no anchor has (yet).
    std::optional<Window> judge_unanchored(const SealRecord& stored);

    /// From some number on the database has other seals than the anchors, signed as well.
    bool is_forked() const { return forked_; }
    /// The last one believed.
    const std::optional<SealRecord>& last() const { return last_; }

  private:
    bool is_proven(const SealRecord& seal);
    void check_chain(const SealRecord& seal);
    void check_leaves(AnchorRecord& anchor);
    void compare(const AnchorRecord& anchor, const std::vector<SealRecord>& stored);
    void find(Code code, std::int64_t seal, std::string detail);

    Sha256& sha_;
    const std::vector<PublicKey>& keys_;
    Findings& findings_;
    std::optional<SealRecord> last_;
    bool forked_ = false;
    bool certain_ = true;  ///< the seal before the next one was believed
};

}  // namespace cambist::office::verify
