#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/trading/bypass.hpp"
#include "office/trading/mirror_batch.hpp"

namespace cambist::office::mirror {

using boost::asio::awaitable;

/// What deals add to each account's total, minor units.
using DealTotals = std::map<Login, std::int64_t>;

/// Sent with the transaction's next statement: the accounts that the office knows and whose
/// terms (all but version and money) stand as they stood. The logins that it returns are written,
/// totals included.
void send_usual_accounts(pg::Transaction& tx, ServerId server,
                         std::span<const Told<UserRecord>> accounts, const DealTotals& totals);
/// What nobody ordered of what accounts were for a moment; before anything is written.
awaitable<std::vector<Drift>> judge_passing_accounts(pg::Transaction& tx, ServerId server,
                                                     std::span<const Told<UserRecord>> accounts);
/// All others: new accounts, moved ones, stale versions and totals without a record. Returns what
/// nobody ordered.
awaitable<std::vector<Drift>> write_other_accounts(pg::Transaction& tx, ServerId server,
                                                   std::span<const std::string> scope,
                                                   std::vector<Told<UserRecord>> accounts,
                                                   DealTotals totals);
/// Marks which accounts are in scope after the patterns changed.
awaitable<void> rescope(pg::Transaction& tx, ServerId server, std::vector<std::string> scope);

}  // namespace cambist::office::mirror
