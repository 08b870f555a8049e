#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <vector>

#include "office/audit/verify/finding.hpp"
#include "office/audit/verify/seal_record.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office::verify {

/// What the database says besides its rows.
struct DatabaseFacts {
    std::int64_t newest_seal = 0;  ///< 0: none
    std::int64_t now_us = 0;       ///< since 1970 UTC, by the database's clock
};

/// Throws CannotVerify when this role would not see every row.
boost::asio::awaitable<DatabaseFacts> database_facts(pg::Transaction& tx);

/// Seals with numbers in [from, to], at most `most`; a field that is null is empty.
boost::asio::awaitable<std::vector<SealRecord>> stored_seals(pg::Transaction& tx, std::int64_t from,
                                                             std::int64_t to, std::int64_t most);

struct Unsealed {
    std::int64_t rows = 0, oldest_us = 0;
};
/// Rows from a place on.
boost::asio::awaitable<Unsealed> unsealed_rows(pg::Transaction& tx, Place from);

/// Calls `row` with each row of [from, to), in any order; without `from`, from the first on.
boost::asio::awaitable<void> copy_rows(pg::Transaction& tx, const Place* from, Place to,
                                       pg::RowSink row);

/// What became of the rows that findings call missing, added or altered: those whose content or
/// place is found elsewhere were reordered.
boost::asio::awaitable<void> find_reordered(pg::Transaction& tx, Sha256& sha, Findings& findings);

}  // namespace cambist::office::verify
