#pragma once

#include "office/pg/transaction.hpp"
#include "office/trading/mirror_batch.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office::mirror {

/// Everything of the batch besides accounts and deals: groups, symbols, positions, margin calls,
/// ends of days, refusals, resyncs and logins. Sent with the transaction's next statement.
void send_facts(pg::Transaction& tx, ServerId server, const MirrorBatch& batch, Instant now);

}  // namespace cambist::office::mirror
