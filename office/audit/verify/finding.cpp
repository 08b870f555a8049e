#include "office/audit/verify/finding.hpp"

#include <algorithm>
#include <tuple>

namespace cambist::office::verify {

std::string_view name_of(Code code) {
    switch (code) {
        case Code::row_altered:
            return "row_altered";
        case Code::row_missing:
            return "row_missing";
        case Code::row_added:
            return "row_added";
        case Code::row_reordered:
            return "row_reordered";
        case Code::seal_altered:
            return "seal_altered";
        case Code::seal_missing:
            return "seal_missing";
        case Code::seal_added:
            return "seal_added";
        case Code::signature_invalid:
            return "signature_invalid";
        case Code::chain_broken:
            return "chain_broken";
        case Code::anchor_missing:
            return "anchor_missing";
        case Code::anchor_altered:
            return "anchor_altered";
        case Code::database_rolled_back:
            return "database_rolled_back";
        case Code::unsealed_too_long:
            return "unsealed_too_long";
    }
    return "";
}

void Findings::add(Finding finding) {
    if (kept_.size() < most_)
        kept_.push_back(std::move(finding));
    else
        ++dropped_;
}

void Findings::take(Findings other) {
    for (Finding& finding : other.kept_)
        kept_.push_back(std::move(finding));
    dropped_ += other.dropped_;
}

void Findings::sort() {
    std::ranges::sort(kept_, [](const Finding& a, const Finding& b) {
        return std::tie(a.seal, a.number, a.code, a.audit_id) <
               std::tie(b.seal, b.number, b.code, b.audit_id);
    });
}

}  // namespace cambist::office::verify
