#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "office/pg/connection.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office::pg {

struct LookupSettings {
    ConnectionSettings connection;
    std::size_t lines = 2;     ///< connections, opened when needed
    std::size_t waiting = 64;  ///< at most so many lookups wait on one line
};

/// Lookups of many callers over few connections: each is a read-only transaction of one exchange,
/// sent behind those of others without waiting for their answers, which come in the same order.
/// For statements that are quick and wait for nobody: a slow one holds up those behind it. Belongs
/// to one io_context that one thread runs; outlives every Transaction it began.
class Lookups {
  public:
    explicit Lookups(LookupSettings settings);
    ~Lookups();
    Lookups(const Lookups&) = delete;
    Lookups& operator=(const Lookups&) = delete;

    /// A transaction whose one exchange ends within `limit` or throws
    /// DatabaseError(deadline_exceeded). Throws DatabaseError: pool_exhausted when no line has
    /// room, connection_lost when none can be made.
    awaitable<Transaction> begin(std::chrono::nanoseconds limit);

    std::size_t open() const { return lines_.size(); }

  private:
    awaitable<std::shared_ptr<Line>> connect();

    const LookupSettings settings_;
    std::vector<std::shared_ptr<Line>> lines_;
    std::size_t connecting_ = 0;
};

}  // namespace cambist::office::pg
