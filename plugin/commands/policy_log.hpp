#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "plugin/gate/gate_table.hpp"
#include "plugin/record_log.hpp"

namespace cambist::plugin {

/// The policies on disk: what the gate knows when the server starts, before any bridge is there.
/// Appended batch by batch; rewritten when it has grown to several times what it holds.
class PolicyLog {
  public:
    struct Loaded;
    /// Publishes what the file holds into `table`. Nothing when the file cannot be used.
    static std::optional<Loaded> open(const std::string& path, GateTable& table);

    /// What the office last said of the gate's settings; durable when true.
    bool append(const GateSettings& settings);
    /// The last settings appended or loaded are these.
    bool holds(const GateSettings& settings) const;
    /// Durable when true. A higher era forgets everything before it.
    bool append(std::uint32_t era, std::span<const AccountPolicy> policies);
    bool worth_rewriting(std::size_t accounts) const;
    bool rewrite(std::uint32_t era, const GateTable& table);

  private:
    std::optional<GateSettings> settings_;
    RecordLog log_;
};

struct PolicyLog::Loaded {
    PolicyLog log;
    std::uint32_t era = 0;
    std::optional<GateSettings> settings;
    bool damaged = false;
};

}  // namespace cambist::plugin
