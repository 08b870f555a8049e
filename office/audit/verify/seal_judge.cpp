#include "office/audit/verify/seal_judge.hpp"

#include <algorithm>
#include <utility>

namespace cambist::office::verify {

void SealJudge::find(Code code, std::int64_t seal, std::string detail) {
    findings_.add({.code = code, .seal = seal, .detail = std::move(detail)});
}

bool SealJudge::is_proven(const SealRecord& seal) {
    return proof_of(seal, keys_, sha_) == Proof::good;
}

void SealJudge::check_chain(const SealRecord& seal) {
    SealRecord before;
    before.previous = before.hash = std::string(32, '\0');
    before.first_number = 1;
    if (last_)
        before = *last_;
    else if (seal.number != 1)
        return;  // the first that was asked for
    if (!certain_ || seal.number != before.number + 1)
        return;
    if (seal.previous != before.hash || seal.from != before.to ||
        seal.first_number != before.first_number + before.rows || seal.to < seal.from)
        find(Code::chain_broken, seal.number, "it does not continue the seal before it");
}

void SealJudge::check_leaves(AnchorRecord& anchor) {
    if (!anchor.leaves)
        return;
    const SealRecord& seal = anchor.seal;
    if (static_cast<std::int64_t>(anchor.leaves->size()) == seal.rows &&
        text_of(sha_.of({anchor.leaves->bytes()})) == seal.leaves_hash)
        return;
    find(Code::anchor_altered, seal.number, "its list of rows is not the one that was sealed");
    anchor.leaves.reset();
}

void SealJudge::compare(const AnchorRecord& anchor, const std::vector<SealRecord>& stored) {
    const SealRecord& seal = anchor.seal;
    bool found = false;
    for (const SealRecord& other : stored) {
        if (other == seal && !std::exchange(found, true))
            continue;
        if (stored.size() > 1)
            find(Code::seal_added, seal.number, "the database has several seals of this number");
        else if (is_proven(other))
            forked_ = true;
        else
            find(Code::seal_altered, seal.number,
                 "the database differs from the anchor in " + difference(other, seal));
    }
}

std::optional<Window> SealJudge::judge(SealClaims claims, std::int64_t newest_stored) {
    Window window;
    if (claims.stored.empty()) {
        window.lost = claims.number > newest_stored;
        if (!window.lost)
            find(Code::seal_missing, claims.number, "the database lacks it");
    }
    if (claims.anchor && claims.anchor->anchor) {
        AnchorRecord& anchor = *claims.anchor->anchor;
        window.unlisted = !anchor.leaves;
        check_leaves(anchor);
        compare(anchor, claims.stored);
        window.lost = window.lost || forked_;
        window.seal = anchor.seal;
        window.leaves = std::move(anchor.leaves);
    } else {
        if (claims.anchor)
            find(claims.anchor->code, claims.number, claims.anchor->problem);
        else
            find(Code::anchor_missing, claims.number, "the anchors lack it");
        const auto good = std::ranges::find_if(
            claims.stored, [&](const SealRecord& seal) { return is_proven(seal); });
        if (good == claims.stored.end()) {
            if (!claims.stored.empty() &&
                !(claims.anchor && claims.anchor->code == Code::signature_invalid))
                find(Code::seal_altered, claims.number, "the database's is not signed either");
            certain_ = false;
            return std::nullopt;
        }
        window.seal = *good;
    }
    check_chain(window.seal);
    last_ = window.seal;
    certain_ = true;
    return window;
}

std::optional<Window> SealJudge::judge_unanchored(const SealRecord& stored) {
    const std::int64_t expected = last_ ? last_->number + 1 : 1;
    if (!is_proven(stored) || stored.number != expected) {
        find(Code::seal_added, stored.number,
             "no anchor has it, and it is not signed or not the next one");
        return std::nullopt;
    }
    check_chain(stored);
    last_ = stored;
    return Window{.seal = stored};
}

}  // namespace cambist::office::verify
