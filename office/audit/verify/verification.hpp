#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "office/audit/verify/claimed_lines.hpp"
#include "office/audit/verify/finding.hpp"
#include "office/audit/verify/row_lane.hpp"
#include "office/audit/verify/seal_judge.hpp"
#include "office/pg/transaction.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office::verify {

struct Question {
    std::filesystem::path anchors;  ///< the folder
    std::vector<PublicKey> keys;    ///< any of which may have signed a seal
    std::int64_t from_seal = 1;
    std::size_t most_findings = 1'000;
    /// Called now and then with the last seal and the rows so far.
    std::function<void(std::int64_t seal, std::int64_t rows)> progress{};
};

struct Report {
    std::int64_t from_seal = 1, last_seal = 0;
    std::int64_t seals = 0, rows = 0;
    std::int64_t unanchored = 0;       ///< seals made in the last minute that no anchor has yet
    std::int64_t unsealed = 0;         ///< newest rows, which no seal covers yet
    std::optional<Instant> sealed_at;  ///< of the last seal
    Findings findings{0};              ///< in their order

    bool intact() const { return findings.total() == 0; }
};

/// Holds the audit of one database, as one transaction sees it, against a folder of anchors. The
/// transaction reads one snapshot (repeatable read) and has none yet.
class Verification {
  public:
    /// Throws CannotVerify.
    explicit Verification(Question question);

    /// Throws CannotVerify, DatabaseError.
    boost::asio::awaitable<Report> run(pg::Transaction& tx);

  private:
    std::vector<SealClaims> next_claims();
    boost::asio::awaitable<void> check_anchored(pg::Transaction& tx);
    boost::asio::awaitable<void> check_unanchored(pg::Transaction& tx);
    boost::asio::awaitable<void> check_rows(pg::Transaction& tx, std::vector<Window> windows);
    boost::asio::awaitable<void> check_unsealed(pg::Transaction& tx);
    void conclude(const RowCheck& rows);

    Question question_;
    ClaimedLines lines_;
    Sha256 sha_;
    Findings findings_;
    SealJudge judge_;
    RowLane rows_;
    std::int64_t expected_;        ///< number of the next seal
    std::int64_t first_lost_ = 0;  ///< the first seal of those at the end that the database lacks
    std::int64_t newest_stored_ = 0;
    std::int64_t now_us_ = 0;
    std::int64_t rows_read_ = 0;
    Report report_;
};

}  // namespace cambist::office::verify
