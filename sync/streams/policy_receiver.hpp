#pragma once

#include <cstdint>
#include <vector>

#include "sync/messages/messages.hpp"

namespace cambist {

/// Where the plugin keeps policies: the gate's table answers what version it holds.
class PolicyTable {
  public:
    virtual ~PolicyTable() = default;
    /// 0 when the login is unknown.
    virtual std::uint32_t version_of(Login login) const = 0;
    /// Is what it holds of the login this very policy?
    virtual bool holds(const AccountPolicy& policy) const = 0;
};

/// The plugin's end of the policy stream: only higher (era, version) passes, or the same one with
/// other contents, which a restored office gives; and what passed is acknowledged after the log is
/// durable and the gate has published it. The caller publishes one plan before it asks for the
/// next, since `table` answers for what is published.
class PolicyReceiver {
  public:
    struct Plan {
        std::vector<AccountPolicy> to_log;   ///< append to the log, sync, publish; in this order
        bool new_era = false;                ///< every version restarts: forget the old ones first
        bool stale = false;                  ///< older era or bridge epoch: nothing is done
        PolicyAcknowledged acknowledgement;  ///< to send once to_log is published
    };

    void restore(std::uint32_t era) { era_ = era; }
    /// `bridge_epoch`: the highest obeyed. A version that the table already holds, or a higher one,
    /// is acknowledged as held.
    Plan on_batch(const PolicyBatch& batch, std::uint64_t bridge_epoch, const PolicyTable& table);
    std::uint32_t era() const { return era_; }

  private:
    std::uint32_t era_ = 0;
};

}  // namespace cambist
