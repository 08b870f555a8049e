// Writes what an action changed and then tells the plugin: never the other way round.
#pragma once

#include "sim/trading_server/batch.hpp"
#include "sim/trading_server/counters.hpp"
#include "sim/trading_server/plugin_host.hpp"
#include "sim/trading_server/store.hpp"

namespace cambist::sim {

/// Who and what made a batch of changes.
struct Cause {
    HookAnswer hook{};
    Path path = Path::hooked;
    uint64_t actor = 0;
    uint64_t op_hi = 0, op_lo = 0;
    uint64_t request = 0;
};

/// Thread-safe.
class Bookkeeper {
  public:
    Bookkeeper(Store& store, PluginHost& plugin, Counters& counters)
        : store_(store), plugin_(plugin), counters_(counters) {}

    /// Numbers the new deals, commits, raises deal, position and order events. Call it under the
    /// account's lock, so that the events of one account keep their order.
    void record(Batch& batch, const Cause& cause) {
        commit(batch, cause);
        raise(batch, cause);
    }
    /// The two halves of record.
    void commit(Batch& batch, const Cause& cause);
    void raise(const Batch& batch, const Cause& cause);

    /// Raises one user event for every deal and changed account of the batch, as real servers do.
    /// Call it without the lock: then they come out of order, as in real servers.
    void tell_users(const Batch& batch, const Cause& cause);

    /// Counts and stores a refused trade or funds request; from stage 1 on the plugin is told.
    void refused(const ctsp_request& request, const Refused& refused, uint32_t stage);
    /// The same for what is not a request: a user change, a login, a group change.
    void refused(uint64_t login, uint64_t actor, const Refused& refused, const char* kind);

    Store& store() { return store_; }

  private:
    Store& store_;
    PluginHost& plugin_;
    Counters& counters_;
};

}  // namespace cambist::sim
