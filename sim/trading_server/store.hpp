// The trading server's durable memory: one SQLite file that survives SIGKILL.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/trading_server/batch.hpp"
#include "sim/trading_server/market.hpp"

namespace cambist::sim {

class Database;

struct StoreFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Where a walk over deals stands; zero is the beginning.
struct DealCursor {
    int64_t modified_ns = 0;
    uint64_t deal = 0;
};

struct DealSums {
    int64_t balance = 0;
    int64_t credit = 0;
};

/// Thread-safe. Every write is one committed transaction when it returns; failures throw
/// StoreFailure. Reads of deals see what is committed.
class Store {
  public:
    /// Opens or creates DIRECTORY/server.db.
    explicit Store(const std::string& directory);
    ~Store();

    /// Fills an empty book and market with what was stored.
    void load(AccountBook& book, Market& market);

    /// Writes the batch and stamps its deals: modified_ns rises strictly in order of commit, and
    /// a new deal's ts_ns is the same instant.
    void write(Batch& batch);

    std::vector<ctsp_deal> deals_after(DealCursor cursor, uint64_t login, int64_t since_ns,
                                       uint32_t most);
    std::optional<Deal> deal(uint64_t ticket);
    DealSums sums_of_deals(uint64_t login);

    void save_quotes(const std::vector<std::pair<std::string, Quote>>& quotes);
    void save_counters(const std::vector<std::pair<std::string, int64_t>>& counters);
    /// As saved; what the tables themselves count is counted there.
    std::vector<std::pair<std::string, int64_t>> counters();

    uint64_t next_ticket() { return next_ticket_.fetch_add(1); }
    uint64_t next_request() { return next_request_.fetch_add(1); }
    uint64_t next_deal() { return next_deal_.fetch_add(1); }

  private:
    void stamp(Deal& deal);

    std::mutex write_mutex_, read_mutex_;
    std::unique_ptr<Database> writer_, reader_;
    int64_t last_modified_ns_ = 0;
    std::atomic<uint64_t> next_ticket_{1}, next_request_{1}, next_deal_{1};
};

}  // namespace cambist::sim
