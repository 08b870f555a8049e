#pragma once

#include <cstdint>
#include <unordered_map>

#include "office/trading/mirror_store.hpp"

namespace cambist::bridge {

/// Which deals were applied since the last deal digest, so that the next one can be compared.
class DealWindow {
  public:
    /// A session begins; `from_first`: at the first event of its epoch, so that none is missing.
    void begin(bool from_first);
    /// The batch was committed.
    void add(const office::MirrorBatch& batch);
    /// Something was committed whose deals are not known here: the next digest is skipped.
    void lose() { complete_ = false; }
    /// With the deals of this batch, which is not committed yet.
    office::mirror::DealsTold with(const office::MirrorBatch& batch) const;

  private:
    std::unordered_map<std::uint64_t, std::int64_t> done_ns_;  ///< by ticket
    std::uint64_t first_seq_ = 0;
    bool complete_ = false;
};

}  // namespace cambist::bridge
