#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugin/record_log.hpp"
#include "sync/streams/command_executor.hpp"

namespace cambist::plugin {

/// Intents and outcomes on disk, so that a command is executed once whatever dies when.
class CommandLog {
  public:
    struct Loaded;
    /// Tells `executor` what the file holds. Nothing when the file cannot be used.
    static std::optional<Loaded> open(const std::string& path, CommandExecutor& executor);

    /// Durable when true.
    bool intent(const Command& command);
    bool outcome(const CommandResult& result);
    /// Notes the low-water mark and, when the file has grown, drops what is retired.
    bool retire(std::uint64_t low_water);

  private:
    bool append(const Message& message);

    std::string path_;
    RecordLog log_;
    std::uint64_t rewritten_bytes_ = 0;
};

struct CommandLog::Loaded {
    CommandLog log;
    bool damaged = false;
};

}  // namespace cambist::plugin
