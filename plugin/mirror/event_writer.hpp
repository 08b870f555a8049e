#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/mirror/journal.hpp"
#include "sync/streams/digests.hpp"
#include "sync/streams/mirror_sender.hpp"

namespace cambist::plugin {

/// Numbers facts and puts them into the journal, block by block, with the digests that prove them.
/// After the journal refused a block the epoch is broken: only begin_epoch goes on. One thread.
class EventWriter {
  public:
    EventWriter(Journal& journal, MirrorSender& sender, std::uint32_t accounts);

    void begin_epoch(std::uint64_t epoch);

    void write(Fact fact, OperationId cause = {}, std::uint64_t actor = 0);
    /// An account row; nothing when this epoch has told exactly this row already.
    void write_user(const UserRecord& user, OperationId cause = {}, std::uint64_t actor = 0);
    void write_deal(const DealRecord& deal, OperationId cause = {}, std::uint64_t actor = 0);
    /// Proves the deals since the last digest, if there are any.
    void close_deal_window();
    /// Leaves the deals told so far unproven. The office may have later versions already of what
    /// an ended epoch told: no digest could be compared in between. The snapshot proves them.
    void skip_deal_window() { window_.begin(next_seq()); }
    void write_account_digest();
    /// Puts what is buffered into the journal.
    void flush();

    bool broken() const { return broken_; }
    /// Less than half of the journal waits for the bridge.
    bool has_room() const { return 2 * journal_.bytes_used() < journal_.bytes_capacity(); }
    std::size_t accounts() const { return rows_.size(); }
    std::size_t bytes() const { return rows_.bytes(); }

  private:
    std::uint64_t next_seq() const { return sender_.last_seq() + ends_.size() + 1; }
    std::uint64_t append(const Event& event);

    Journal& journal_;
    MirrorSender& sender_;
    std::uint32_t capacity_;
    AccountRows rows_;
    DealWindow window_;
    Bytes buffer_;
    std::vector<std::uint32_t> ends_;
    bool broken_ = false;
};

}  // namespace cambist::plugin
