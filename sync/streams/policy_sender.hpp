#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "sync/messages/messages.hpp"

namespace cambist {

/// The bridge's end of the policy stream for one server: the latest version of each account that
/// is not enforced yet, sent, sent again after a silence, and done when acknowledged.
class PolicySender {
  public:
    struct Timing {
        std::chrono::nanoseconds resend_after = std::chrono::seconds(1);
        std::size_t most_under_way = 20'000;
    };

    PolicySender() = default;
    explicit PolicySender(Timing timing) : timing_(timing) {}

    void begin_session(std::uint32_t era, std::uint64_t bridge_epoch);
    void end_session();
    /// What the database says is accepted and not enforced; a higher version replaces a lower one.
    void offer(const AccountPolicy& policy);
    bool has_room() const { return under_way_.size() < timing_.most_under_way; }
    /// At most `most` policies due now.
    PolicyBatch next_batch(std::size_t most, Instant now);
    /// What to write as enforced: exactly the acknowledged versions of accounts under way. A
    /// version above the accepted one means a restored database.
    std::vector<PolicyApplied> on_acknowledged(const PolicyAcknowledged& message);
    /// Shards whose sums differ; `wanted` is the office's digest.
    static std::vector<std::size_t> differing_shards(const PolicyDigest& wanted,
                                                     const PolicyDigest& held);
    std::size_t under_way() const { return under_way_.size(); }

  private:
    /// A queued send; out of date when the account's turn is another by now.
    struct Turn {
        Login login;
        std::uint64_t number = 0;
        Instant due{};
    };
    struct Offered {
        AccountPolicy policy;
        std::uint64_t turn = 0;
    };
    void queue(Offered& offered, std::deque<Turn>& turns, Instant due);

    Timing timing_;
    std::unordered_map<Login, Offered> under_way_;
    std::deque<Turn> fresh_, sent_;  ///< each in the order of falling due
    std::uint64_t turns_ = 0;
    std::uint64_t bridge_epoch_ = 0;
    std::uint32_t era_ = 0;
    bool connected_ = false;
};

}  // namespace cambist
