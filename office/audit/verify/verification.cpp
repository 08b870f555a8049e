#include "office/audit/verify/verification.hpp"

#include "office/audit/verify/stored_seals.hpp"

namespace cambist::office::verify {

namespace {

using boost::asio::awaitable;

// So much is compared at once; it bounds memory.
constexpr std::size_t seals_at_once = 1'024;
constexpr std::int64_t rows_at_once = 65'536;
constexpr std::int64_t fresh_us = 60'000'000;

// The rows of some seals, page after page of the table: faster than one by one from the index.
constexpr std::string_view plan =
    "set local enable_seqscan = off; set local enable_indexscan = off; "
    "set local max_parallel_workers_per_gather = 0; set local jit = off";

}  // namespace

Verification::Verification(Question question)
    : question_(std::move(question)),
      lines_(question_.anchors, question_.keys, question_.from_seal),
      findings_(question_.most_findings),
      judge_(sha_, question_.keys, findings_),
      rows_(question_.most_findings),
      expected_(question_.from_seal) {
    report_.from_seal = question_.from_seal;
}

awaitable<Report> Verification::run(pg::Transaction& tx) {
    co_await tx.script(std::string(plan));
    const DatabaseFacts facts = co_await database_facts(tx);
    newest_stored_ = facts.newest_seal;
    now_us_ = facts.now_us;
    co_await check_anchored(tx);
    if (!judge_.last() && question_.from_seal > 1)
        throw CannotVerify("the anchors have no seal from " + std::to_string(question_.from_seal) +
                           " on");
    co_await check_unanchored(tx);
    co_await check_unsealed(tx);
    const RowCheck& rows = rows_.finish();
    co_await find_reordered(tx, sha_, rows_.findings());
    conclude(rows);
    findings_.sort();
    report_.findings = std::move(findings_);
    co_return std::move(report_);
}

std::vector<SealClaims> Verification::next_claims() {
    std::vector<SealClaims> claims;
    std::int64_t rows = 0;
    while (claims.size() < seals_at_once && rows < rows_at_once) {
        const ClaimedLine* line = lines_.peek(0);
        if (!line)
            break;
        if (line->number > expected_) {
            claims.push_back({.number = expected_++});  // a gap
            continue;
        }
        const bool is_known = line->number != 0;
        // A line that says nothing stands for the next seal, unless that one follows.
        const ClaimedLine* after = is_known ? nullptr : lines_.peek(1);
        const bool is_extra =
            is_known ? line->number < expected_ : after && after->number == expected_;
        ClaimedLine taken = *lines_.next();
        if (is_extra) {
            findings_.add({.code = Code::anchor_altered,
                           .seal = is_known ? taken.number : expected_,
                           .detail = is_known ? "its anchor stands out of order, or twice"
                                              : taken.claim.problem});
            continue;
        }
        if (taken.claim.anchor)
            rows += taken.claim.anchor->seal.rows;
        claims.push_back({.number = expected_++, .anchor = std::move(taken.claim)});
    }
    return claims;
}

awaitable<void> Verification::check_anchored(pg::Transaction& tx) {
    while (true) {
        auto claims = next_claims();
        if (claims.empty())
            co_return;
        const auto stored = co_await stored_seals(tx, claims.front().number, claims.back().number,
                                                  2 * static_cast<std::int64_t>(claims.size()));
        for (const SealRecord& seal : stored)
            claims[static_cast<std::size_t>(seal.number - claims.front().number)].stored.push_back(
                seal);
        std::vector<Window> windows;
        for (SealClaims& claim : claims) {
            const std::int64_t number = claim.number;
            auto window = judge_.judge(std::move(claim), newest_stored_);
            if (!window)
                continue;
            if (window->lost && first_lost_ == 0)
                first_lost_ = number;
            windows.push_back(std::move(*window));
        }
        co_await check_rows(tx, std::move(windows));
    }
}

awaitable<void> Verification::check_unanchored(pg::Transaction& tx) {
    constexpr std::int64_t highest = INT64_MAX;
    for (const SealRecord& seal : co_await stored_seals(tx, -highest - 1, 0, rows_at_once))
        findings_.add({.code = Code::seal_added, .seal = seal.number, .detail = "no such number"});
    for (std::int64_t from = expected_;;) {
        const auto stored = co_await stored_seals(tx, from, highest, seals_at_once);
        std::vector<Window> windows;
        for (const SealRecord& seal : stored) {
            auto window = judge_.judge_unanchored(seal);
            if (!window)
                continue;
            if (now_us_ - seal.sealed_at_us > fresh_us)
                findings_.add({.code = Code::anchor_missing,
                               .seal = seal.number,
                               .detail = "it was made more than a minute ago"});
            else
                ++report_.unanchored;
            windows.push_back(std::move(*window));
        }
        co_await check_rows(tx, std::move(windows));
        if (stored.size() < seals_at_once || stored.back().number == highest)
            co_return;
        from = stored.back().number + 1;
    }
}

awaitable<void> Verification::check_rows(pg::Transaction& tx, std::vector<Window> windows) {
    if (windows.empty())
        co_return;
    const SealRecord& first = windows.front().seal;
    const Place from = first.from, to = windows.back().seal.to;
    const bool is_first = first.number == 1;
    const std::int64_t last = windows.back().seal.number;
    report_.seals += static_cast<std::int64_t>(windows.size());
    rows_.begin(std::move(windows));
    co_await copy_rows(tx, is_first ? nullptr : &from, to, [this](std::string_view row) {
        rows_.take(row);
        ++rows_read_;
    });
    rows_.end();
    report_.last_seal = last;
    if (question_.progress)
        question_.progress(last, rows_read_);
}

awaitable<void> Verification::check_unsealed(pg::Transaction& tx) {
    const auto& last = judge_.last();
    const Unsealed unsealed = co_await unsealed_rows(tx, last ? last->to : Place{});
    report_.unsealed = unsealed.rows;
    if (last)
        report_.sealed_at = Instant{last->sealed_at_us * 1000};
    const bool sealer_rests = !last || now_us_ - last->sealed_at_us > fresh_us;
    if (unsealed.rows > 0 && sealer_rests && now_us_ - unsealed.oldest_us > fresh_us)
        findings_.add({.code = Code::unsealed_too_long,
                       .seal = last ? last->number + 1 : 1,
                       .detail = std::to_string(unsealed.rows) +
                                 " rows wait for more than a minute to be sealed"});
}

void Verification::conclude(const RowCheck& rows) {
    report_.rows = rows.rows();
    findings_.take(std::move(rows_.findings()));
    if (first_lost_ == 0)
        return;
    // Where the rows of the seals that it lacks are all there, somebody took the seals; otherwise
    // the database is an older copy.
    const bool taken = !judge_.is_forked() && rows.lost_rows() > 0 && rows.lost_rows_intact();
    std::string detail = "the first that the database lacks: it was rolled back";
    if (taken)
        detail = "the database lacks it and every later one; their rows are there";
    if (judge_.is_forked())
        detail =
            "the database has another one, signed as well: it was rolled back and sealed again";
    findings_.add({.code = taken ? Code::seal_missing : Code::database_rolled_back,
                   .seal = first_lost_,
                   .detail = std::move(detail)});
}

}  // namespace cambist::office::verify
