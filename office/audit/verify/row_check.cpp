#include "office/audit/verify/row_check.hpp"

#include <algorithm>

#include "office/pg/wire.hpp"

namespace cambist::office::verify {

namespace {

constexpr std::size_t id_column = 0, xid_column = 10;
constexpr std::size_t length_bytes = 4;

}  // namespace

CopiedRow::CopiedRow(std::string_view fields) : fields_(fields) {
    std::size_t at = 0;
    for (std::uint32_t& end : ends_) {
        if (fields.size() - at < length_bytes)
            throw CannotVerify("the database sent half a row");
        const auto length = pg::wire::take<std::int32_t>(fields.data() + at);
        at += length_bytes;
        const auto size = static_cast<std::size_t>(std::max(length, 0));
        if (fields.size() - at < size)
            throw CannotVerify("the database sent half a row");
        at += size;
        end = static_cast<std::uint32_t>(at);
    }
    if (at != fields.size())
        throw CannotVerify("the database sent more than a row");
}

std::string_view CopiedRow::cell(std::size_t column) const {
    const std::size_t from = column == 0 ? 0 : ends_[column - 1];
    return fields_.substr(from, ends_[column] - from);
}

Place CopiedRow::place() const {
    const std::string_view id = cell(id_column), xid = cell(xid_column);
    if (id.size() != length_bytes + 8 || xid.size() != length_bytes + 8)
        throw CannotVerify("the audit's id or xid has another type, or is null");
    return {pg::wire::take<std::uint64_t>(xid.data() + length_bytes),
            pg::wire::take<std::int64_t>(id.data() + length_bytes)};
}

void RowCheck::begin(std::vector<Window> windows) {
    windows_ = std::move(windows);
    at_ = 0;
    for (const Window& window : windows_)
        if (window.seal.columns < 1 ||
            window.seal.columns > static_cast<std::int64_t>(CopiedRow::columns))
            throw CannotVerify("seal " + std::to_string(window.seal.number) +
                               " covers columns that this program does not know");
}

void RowCheck::take(std::string_view fields) {
    const CopiedRow row(fields);
    const Place place = row.place();
    while (at_ < windows_.size() && place >= windows_[at_].seal.to)
        finish_window();
    // What nobody sealed before the first seal was added there.
    const bool in_gap = at_ == windows_.size() ||
                        (place < windows_[at_].seal.from && windows_[at_].seal.number != 1);
    if (in_gap)
        return;
    const auto columns = static_cast<std::size_t>(windows_[at_].seal.columns);
    const Digest leaf = sha_.leaf(row.first(columns));
    tree_.add(leaf);
    RowEntry& entry = entries_.emplace_back();
    entry.id = place.id;
    std::copy_n(leaf.begin(), entry.hash.size(), entry.hash.begin());
    ++rows_;
}

void RowCheck::end() {
    while (at_ < windows_.size())
        finish_window();
}

void RowCheck::finish_window() {
    const Window& window = windows_[at_++];
    const bool intact = static_cast<std::int64_t>(entries_.size()) == window.seal.rows &&
                        text_of(tree_.root()) == window.seal.root;
    if (window.lost) {
        lost_rows_ += window.seal.rows;
        lost_rows_intact_ = lost_rows_intact_ && intact;
    } else if (!intact) {
        diff(window.seal, window.leaves, entries_, findings_);
    }
    tree_.clear();
    entries_.clear();
}

}  // namespace cambist::office::verify
