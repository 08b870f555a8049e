#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "plugin/mirror/event_writer.hpp"
#include "plugin/mirror/journal.hpp"

namespace cambist::plugin {

/// The facts of an ended epoch that no snapshot tells again: refusals, margin calls, end-of-day
/// statements, notices, and deals and positions as they were told. They are written first into the
/// next epoch; each has an identity of its own, so that telling it twice changes nothing. Bounded:
/// beyond `most_bytes` deals and positions are left to the snapshot, then the rest is lost.
class CarryOver {
  public:
    explicit CarryOver(std::size_t most_bytes = 64u << 20) : most_bytes_(most_bytes) {}

    /// Collects what the journal holds behind `after`, as earlier processes left it; returns the
    /// highest epoch in it, or 0.
    std::uint64_t collect_recovered(const Journal& journal, Journal::Position after);
    /// Collects events `first` to `last` of the epoch that the journal is in.
    void collect(const Journal& journal, std::uint64_t first, std::uint64_t last);
    /// Tells all of it and forgets it.
    void write(EventWriter& writer);

    std::size_t size() const { return events_.size(); }

  private:
    void keep(Journal::Position first, std::uint32_t count, ByteView events, std::uint64_t after);

    std::vector<Event> events_;
    std::unordered_set<std::uint64_t> seen_;
    std::size_t most_bytes_;
};

}  // namespace cambist::plugin
