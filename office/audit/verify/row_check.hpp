#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "office/audit/verify/digest.hpp"
#include "office/audit/verify/finding.hpp"
#include "office/audit/verify/seal_judge.hpp"
#include "office/audit/verify/window_diff.hpp"

namespace cambist::office::verify {

/// The columns of the audit that a row's hash covers, in their order.
constexpr std::string_view hashed_columns =
    "id, at, actor, action, subject, before, after, reason, request_id, address, xid, client_id, "
    "approval_id, on_behalf_of, session_id";

/// A row of a binary COPY of `hashed_columns`, cut into them.
class CopiedRow {
  public:
    static constexpr std::size_t columns = 15;

    /// Throws CannotVerify when it is none.
    explicit CopiedRow(std::string_view fields);

    Place place() const;
    /// The first columns, with their lengths.
    std::string_view first(std::size_t count) const { return fields_.substr(0, ends_[count - 1]); }
    /// One column with its length.
    std::string_view cell(std::size_t column) const;

  private:
    std::string_view fields_;
    std::array<std::uint32_t, columns> ends_;
};

/// Holds rows against the windows that sealed them, part by part of the chain. Rows may come in any
/// order; those that come in the order of their places are checked as they come.
class RowCheck {
  public:
    RowCheck(Sha256& sha, Findings& findings) : sha_(sha), findings_(findings), tree_(sha) {}

    /// Windows in their order; between them there may be gaps, whose rows nothing can be said of.
    void begin(std::vector<Window> windows);
    void take(std::string_view fields);
    void end();

    std::int64_t rows() const { return rows_; }
    /// Of the windows whose seals the database lost: rows that were sealed, and whether all are as
    /// they were.
    std::int64_t lost_rows() const { return lost_rows_; }
    bool lost_rows_intact() const { return lost_rows_intact_; }

  private:
    struct Row {
        Place place{};
        std::size_t window = 0;
        Digest leaf{};
    };

    /// The window whose place that is; the number of windows when it is none's.
    std::size_t window_of(Place place, std::size_t from) const;
    void count(const Row& row);
    void close_windows(std::size_t before);
    void say_what_differs(std::size_t window);

    Sha256& sha_;
    Findings& findings_;
    std::vector<Window> windows_;
    std::vector<Row> read_;  ///< of these windows
    bool in_order_ = true;
    std::size_t open_ = 0;        ///< the window at hand
    std::int64_t open_rows_ = 0;  ///< counted in it
    Tree tree_;
    std::vector<std::size_t> differing_, unlisted_;
    std::int64_t rows_ = 0, lost_rows_ = 0;
    bool lost_rows_intact_ = true;
};

}  // namespace cambist::office::verify
