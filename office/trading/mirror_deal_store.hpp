#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "office/pg/error.hpp"
#include "office/pg/transaction.hpp"
#include "office/trading/bypass.hpp"
#include "office/trading/mirror_account_store.hpp"
#include "office/trading/mirror_batch.hpp"

namespace cambist::office::mirror {

using Deals = std::span<const Told<DealRecord>>;

/// Deals that nobody told before, every one of version 1: added without looking. A deal that is
/// known after all breaks the transaction; `is_known_deal` recognises that.
awaitable<void> add_new_deals(pg::Transaction& tx, ServerId server, std::uint64_t epoch,
                              Deals deals);
bool is_known_deal(const pg::DatabaseError& error);

struct MergedDeals {
    DealTotals totals;      ///< what the merge adds to each account
    std::size_t known = 0;  ///< were there already, whatever their version
};
/// Adds what is new, changes what is newer, leaves the rest.
awaitable<MergedDeals> merge_deals(pg::Transaction& tx, ServerId server, std::uint64_t epoch,
                                   std::vector<Told<DealRecord>> deals);
DealTotals totals_of(Deals deals);

/// What came past the hooks, judged by the policy in force when it was done. After the batch's
/// accounts were written.
awaitable<std::vector<Drift>> judge_deals(pg::Transaction& tx, ServerId server,
                                          std::vector<const DealRecord*> suspects);

/// Number and sum of the row hashes of these deals, done from first to last, as PostgreSQL holds
/// them.
struct HashSum {
    std::uint64_t rows = 0, sum = 0;
};
awaitable<HashSum> sum_of_deals(pg::Transaction& tx, ServerId server,
                                std::vector<std::uint64_t> tickets, Instant first, Instant last);

}  // namespace cambist::office::mirror
