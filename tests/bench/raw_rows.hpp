#pragma once

namespace cambist::bench {

/// Writes `deals` deals by binary COPY and as many account rows by one unnest statement a batch,
/// `batch` events a transaction, and prints {"floor":"rows","events_per_second":...}. What is
/// written is encoded before the clock starts. The process ends with a message on an error.
void measure_raw_rows(const char* dsn, long deals, long accounts, long batch);

}  // namespace cambist::bench
