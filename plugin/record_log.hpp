#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "plugin/platform.hpp"
#include "sync/messages/codec.hpp"

namespace cambist::plugin {

/// A file of checksummed records that only grows, until it is replaced as a whole. A record is
/// whole or absent: a torn tail is cut when the log is opened; damage before the tail is told.
class RecordLog {
  public:
    struct Opened;
    /// Calls `visit` for every whole record. Nothing when the file cannot be used.
    static std::optional<Opened> open(const std::string& path,
                                      const std::function<void(ByteView record)>& visit);

    /// Adds a record; durable after the next sync(). False: nothing was added, or after a failed
    /// sync, for ever.
    bool append(ByteView record);
    bool sync();
    /// Replaces the whole file by the records that `write` appends to it, durably.
    bool rewrite(const std::function<bool(RecordLog& fresh)>& write);
    std::uint64_t bytes() const { return end_; }

  private:
    std::string path_;
    File file_;
    std::uint64_t end_ = 0;
    bool failed_ = false;
    Bytes scratch_;
};

struct RecordLog::Opened {
    RecordLog log;
    bool damaged = false;  ///< more than a torn tail was cut
};

}  // namespace cambist::plugin
