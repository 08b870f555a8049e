#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugin/platform.hpp"

namespace cambist::plugin {

/// The few numbers that must never go back: the last epoch begun and the highest bridge epoch
/// obeyed; and, as a hint, what was acknowledged. Two checksummed slots written in turn.
class StateFile {
  public:
    struct Numbers {
        std::uint64_t epoch = 0, bridge_epoch = 0, acknowledged_epoch = 0, acknowledged_seq = 0;
    };
    static std::optional<StateFile> open(const std::string& path);

    const Numbers& numbers() const { return numbers_; }
    /// Durable when true.
    bool write(const Numbers& numbers);
    /// Written without waiting for the disk.
    bool hint(const Numbers& numbers);

  private:
    struct Slot {
        std::uint64_t turn = 0;
        Numbers numbers;
        std::uint64_t checksum = 0;
    };
    static std::uint64_t checksum_of(const Slot& slot);

    File file_;
    Numbers numbers_;
    std::uint64_t turn_ = 0;
};

}  // namespace cambist::plugin
