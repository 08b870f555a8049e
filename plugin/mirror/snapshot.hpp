#pragma once

#include <cstdint>
#include <vector>

#include "plugin/abi/trading_server.h"
#include "plugin/mirror/event_writer.hpp"

namespace cambist::plugin {

/// Tells the host's whole state as ordinary events, a page a step, between two resync records:
/// groups, symbols, accounts, positions, and the deals modified since an instant. Worker threads
/// only.
class Snapshot {
  public:
    void begin(const ctsp_host_api& host, ResyncCause cause, Instant deals_since,
               EventWriter& writer);
    /// Writes one page; false when there is nothing more to do.
    bool step(EventWriter& writer);
    bool running() const { return part_ != Part::done; }
    void abandon() { part_ = Part::done; }

  private:
    enum class Part : std::uint8_t { groups, symbols, users, positions, deals, done };

    template <class Record, class Read, class Tell>
    bool page(std::vector<Record>& rows, Read read, Tell tell);
    void next_part();

    const ctsp_host_api* host_ = nullptr;
    Part part_ = Part::done;
    ctsp_cursor cursor_{};
    ResyncRecord record_;
    std::vector<ctsp_user> users_;
    std::vector<ctsp_group> groups_;
    std::vector<ctsp_symbol> symbols_;
    std::vector<ctsp_position> positions_;
    std::vector<ctsp_deal> deals_;
};

}  // namespace cambist::plugin
