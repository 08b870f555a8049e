#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <optional>
#include <string_view>
#include <vector>

#include "office/audit/verify/anchor_claim.hpp"
#include "office/audit/verify/anchor_files.hpp"

namespace cambist::office::verify {

struct ClaimedLine {
    AnchorClaim claim{};
    std::int64_t number = 0;  ///< as it says; 0 when it cannot be believed
};

/// The lines of the anchors from one seal on, in their order. Signatures take longest: a block of
/// lines is checked on several threads while the one before is used.
class ClaimedLines {
  public:
    /// `keys` outlive it. Throws CannotVerify.
    ClaimedLines(const std::filesystem::path& folder, const std::vector<PublicKey>& keys,
                 std::int64_t from_seal);
    ClaimedLines(const ClaimedLines&) = delete;
    ClaimedLines& operator=(const ClaimedLines&) = delete;

    /// The line so far ahead, 0 or 1; nothing behind the last.
    const ClaimedLine* peek(std::size_t ahead);
    std::optional<ClaimedLine> next();

  private:
    std::vector<AnchorLine> read_block();
    bool is_before_question(std::string_view line);
    void start();
    bool take_block();

    AnchorFiles files_;
    const std::vector<PublicKey>& keys_;
    std::int64_t from_seal_;
    bool begun_ = false;  ///< the first seal that was asked for was met
    std::deque<ClaimedLine> lines_;
    std::vector<AnchorLine> block_;           ///< that is being checked
    std::vector<ClaimedLine> checked_;        ///< what it says
    std::vector<std::future<void>> threads_;  ///< end before what they use does
};

}  // namespace cambist::office::verify
