#pragma once

#include <cstdint>
#include <unordered_map>

#include "plugin/gate/objection.hpp"
#include "plugin/mirror/event_writer.hpp"
#include "sync/messages/records.hpp"

namespace cambist::plugin {

/// Joins equal objections of one login within a second into one record, so that a refused robot
/// cannot flood the stream. Bounded: when full, the oldest second closes early. One thread.
class Refusals {
  public:
    static constexpr std::size_t most = 65'536;

    explicit Refusals(std::uint64_t boot) : boot_(boot) {}

    void add(const Objection& objection, EventWriter& writer);
    /// Writes what began a second ago or earlier.
    void write_due(std::int64_t now_ns, EventWriter& writer);
    void write_all(EventWriter& writer);

  private:
    struct Key {
        std::uint64_t login;
        std::uint64_t what;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return key.login * 0x9e3779b97f4a7c15ull ^ key.what;
        }
    };

    std::unordered_map<Key, RefusalRecord, Hash> open_;
    std::uint64_t boot_, written_ = 0;
    std::int64_t looked_ns_ = 0;
};

}  // namespace cambist::plugin
