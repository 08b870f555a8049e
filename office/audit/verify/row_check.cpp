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
    for (const Window& window : windows_)
        if (window.seal.columns < 1 ||
            window.seal.columns > static_cast<std::int64_t>(CopiedRow::columns))
            throw CannotVerify("seal " + std::to_string(window.seal.number) +
                               " covers columns that this program does not know");
    read_.clear();
    differing_.clear();
    unlisted_.clear();
    in_order_ = true;
    open_ = 0;
}

std::size_t RowCheck::window_of(Place place, std::size_t from) const {
    const auto begin = windows_.begin() + static_cast<std::ptrdiff_t>(from);
    const auto found = std::ranges::partition_point(
        begin, windows_.end(), [&](const Window& window) { return window.seal.to <= place; });
    // What stands before the first seal was added there: that one begins with the first place.
    const bool is_its =
        found != windows_.end() && (found->seal.from <= place || found->seal.number == 1);
    return is_its ? static_cast<std::size_t>(found - windows_.begin()) : windows_.size();
}

void RowCheck::take(std::string_view fields) {
    const CopiedRow copied(fields);
    Row row{.place = copied.place(), .window = open_};
    const bool is_open = open_ < windows_.size() && windows_[open_].seal.from <= row.place &&
                         row.place < windows_[open_].seal.to;
    if (!is_open)
        row.window = window_of(row.place, 0);
    if (row.window == windows_.size())
        return;
    const auto columns = static_cast<std::size_t>(windows_[row.window].seal.columns);
    row.leaf = sha_.leaf(copied.first(columns));
    in_order_ = in_order_ && (read_.empty() || read_.back().place < row.place);
    if (in_order_)
        count(row);
    read_.push_back(row);
}

void RowCheck::count(const Row& row) {
    close_windows(row.window);
    tree_.add(row.leaf);
    ++open_rows_;
}

void RowCheck::close_windows(std::size_t before) {
    for (; open_ < before; ++open_) {
        const SealRecord& seal = windows_[open_].seal;
        const bool intact = open_rows_ == seal.rows && text_of(tree_.root()) == seal.root;
        if (!intact)
            differing_.push_back(open_);
        else if (windows_[open_].unlisted)
            unlisted_.push_back(open_);
        tree_.clear();
        open_rows_ = 0;
    }
}

void RowCheck::end() {
    if (!in_order_) {
        std::ranges::sort(read_, {}, &Row::place);
        differing_.clear();
        unlisted_.clear();
        tree_.clear();
        open_rows_ = 0;
        open_ = 0;
        for (const Row& row : read_)
            count(row);
    }
    close_windows(windows_.size());
    rows_ += static_cast<std::int64_t>(read_.size());
    for (const Window& window : windows_)
        lost_rows_ += window.lost ? window.seal.rows : 0;
    for (const std::size_t window : differing_)
        say_what_differs(window);
    for (const std::size_t window : unlisted_)
        findings_.add({.code = Code::anchor_altered,
                       .seal = windows_[window].seal.number,
                       .detail = "its list of rows was taken away, though they are intact"});
}

void RowCheck::say_what_differs(std::size_t at) {
    const Window& window = windows_[at];
    if (window.lost) {
        lost_rows_intact_ = false;
        return;
    }
    std::vector<RowEntry> entries;
    for (const Row& row : std::ranges::equal_range(read_, at, {}, &Row::window)) {
        RowEntry& entry = entries.emplace_back();
        entry.id = row.place.id;
        std::copy_n(row.leaf.begin(), entry.hash.size(), entry.hash.begin());
    }
    diff(window.seal, window.leaves, entries, findings_);
}

}  // namespace cambist::office::verify
