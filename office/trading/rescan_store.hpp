#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/trading/bypass.hpp"
#include "sync/messages/messages.hpp"

/// Compares what a trading server says when it is asked with what PostgreSQL holds, independently
/// of the stream, and mends PostgreSQL.
namespace cambist::office::rescan {

using boost::asio::awaitable;

/// Where a page of accounts stands: the logins after `after`, up to the last one read or, at the
/// end, all that follow.
struct AccountPage {
    Login after;
    bool end = false;
    std::span<const RescannedAccount> accounts;
};
/// Differences of the page. Accounts of which PostgreSQL knows a later version are left out.
awaitable<std::vector<Drift>> compare_accounts(pg::Transaction& tx, ServerId server,
                                               AccountPage page);
/// Records the differences, mended or not, and mends: records are taken over, totals are summed
/// again, an account that the server lost is marked and its money out stops.
awaitable<void> mend_accounts(pg::Transaction& tx, ServerId server, std::vector<std::string> scope,
                              AccountPage page, std::vector<Drift> drifts);
/// What an earlier rescan found of these accounts is no more.
void settle(pg::Transaction& tx, ServerId server, const std::vector<Login>& logins);

/// Deals modified after (since, after) up to the last one read or, at the end, all that the stream
/// had told by (epoch, last_seq).
struct DealPage {
    Instant since;
    Ticket after;
    bool end = false;
    std::uint64_t epoch = 0, last_seq = 0;
    std::span<const DealRecord> deals;
};
/// field is `deal`, values name the ticket and what is different.
awaitable<std::vector<Drift>> compare_deals(pg::Transaction& tx, ServerId server, DealPage page);
/// Takes over what is missing or different; deals that the server lost are marked vanished, their
/// accounts' money out stops, and the drift stays open.
awaitable<void> mend_deals(pg::Transaction& tx, ServerId server, std::vector<std::string> scope,
                           DealPage page, std::vector<Drift> drifts);

}  // namespace cambist::office::rescan
