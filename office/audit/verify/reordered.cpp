#include <algorithm>
#include <set>

#include "office/audit/verify/row_check.hpp"
#include "office/audit/verify/stored_seals.hpp"

namespace cambist::office::verify {

namespace {

using boost::asio::awaitable;

constexpr std::size_t most_looked_at = 128;
constexpr std::size_t id_column = 0, at_column = 1, xid_column = 10;

std::string ids_of(const std::vector<Finding*>& findings) {
    std::string ids;
    for (const Finding* finding : findings)
        ids.append(ids.empty() ? "" : ",").append(std::to_string(*finding->audit_id));
    return ids;
}

awaitable<std::vector<std::string>> rows_of(pg::Transaction& tx, std::string ids) {
    std::vector<std::string> rows;
    std::string sql("copy (select ");
    sql.append(hashed_columns).append(" from audit where id in (").append(ids);
    sql.append(") order by xid, id) to stdout (format binary)");
    co_await tx.copy_out(std::move(sql), [&](std::string_view row) { rows.emplace_back(row); });
    co_return rows;
}

/// Whether `content`, at the place of `place`, under the id that was sealed, is what was sealed.
bool gives(const Finding& sealed, const CopiedRow& content, const CopiedRow& place, Sha256& sha) {
    const std::string id = std::string("\0\0\0\10", 4) + number_bytes(*sealed.audit_id);
    for (const CopiedRow* xid_of : {&content, &place}) {
        for (const CopiedRow* at_of : {&content, &place}) {
            std::string row;
            for (std::size_t column = 0; column < CopiedRow::columns; ++column) {
                if (column == id_column)
                    row += id;
                else if (column == at_column)
                    row += at_of->cell(column);
                else if (column == xid_column)
                    row += xid_of->cell(column);
                else
                    row += content.cell(column);
            }
            if (text_of(sha.leaf(row)).starts_with(sealed.sealed_as))
                return true;
        }
    }
    return false;
}

std::vector<Finding*> named(Findings& findings, Code code) {
    std::vector<Finding*> found;
    for (Finding& finding : findings.kept())
        if (finding.code == code && finding.audit_id && found.size() < most_looked_at)
            found.push_back(&finding);
    return found;
}

void reorder(Finding& finding, std::string detail) {
    finding.code = Code::row_reordered;
    finding.detail = std::move(detail);
}

/// Rows that left their window: whatever stands under their id elsewhere was never sealed there.
awaitable<void> find_moved(pg::Transaction& tx, Findings& findings) {
    const auto missing = named(findings, Code::row_missing);
    if (missing.empty())
        co_return;
    std::set<std::int64_t> elsewhere;
    for (const std::string& row : co_await rows_of(tx, ids_of(missing)))
        elsewhere.insert(CopiedRow(row).place().id);
    for (Finding* finding : missing)
        if (elsewhere.contains(*finding->audit_id))
            reorder(*finding, "it stands elsewhere in the order now");
    findings.drop([&](const Finding& finding) {
        return finding.code == Code::row_added && elsewhere.contains(*finding.audit_id);
    });
}

/// Rows that hold what another one held when it was sealed.
awaitable<void> find_exchanged(pg::Transaction& tx, Sha256& sha, Findings& findings) {
    const auto altered = named(findings, Code::row_altered);
    if (altered.empty())
        co_return;
    const auto copies = co_await rows_of(tx, ids_of(altered));
    const std::vector<CopiedRow> rows(copies.begin(), copies.end());
    for (Finding* finding : altered) {
        const auto is_own = [&](const CopiedRow& row) {
            return row.place().id == *finding->audit_id;
        };
        for (const CopiedRow& content : rows)
            for (const CopiedRow& place : rows)
                if (finding->code == Code::row_altered && is_own(content) != is_own(place) &&
                    gives(*finding, content, place, sha))
                    reorder(*finding, is_own(content)
                                          ? "its place in the order was changed"
                                          : "its content stands at audit id " +
                                                std::to_string(content.place().id) + " now");
    }
}

}  // namespace

awaitable<void> find_reordered(pg::Transaction& tx, Sha256& sha, Findings& findings) {
    co_await find_moved(tx, findings);
    co_await find_exchanged(tx, sha, findings);
}

}  // namespace cambist::office::verify
