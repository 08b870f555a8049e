#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "office/audit/seal/seal.hpp"

namespace cambist::bridge {

/// A folder of anchors cannot be read or written, or holds what no sealer writes.
struct AnchorFault : std::runtime_error {
    using runtime_error::runtime_error;
};

/// Which seal an anchor stands for.
struct AnchorMark {
    std::int64_t number = 0;
    office::Hash hash{};

    friend bool operator==(const AnchorMark&, const AnchorMark&) = default;
};

struct Anchor {
    AnchorMark mark;
    Instant sealed_at;
    std::string line;
};

/// A folder outside the database that is only ever added to: one JSON line a seal, in a file a
/// month, audit-YYYY-MM.jsonl. Calls block until the disk has it. Several bridges may share one.
class AnchorFolder {
  public:
    explicit AnchorFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    const std::filesystem::path& path() const { return folder_; }
    /// The last whole line; nothing in an empty folder. Throws AnchorFault.
    std::optional<AnchorMark> newest();
    /// Adds lines behind `expected`, durably; false when something else is newest by now. A line
    /// whose writing was interrupted is completed. Throws AnchorFault, also when the interrupted
    /// line is not the one that follows.
    bool append(const std::optional<AnchorMark>& expected, const std::vector<Anchor>& anchors);

  private:
    struct Tail {
        std::filesystem::path file;  ///< empty: there is none yet
        std::uintmax_t whole = 0;    ///< bytes of whole lines in it
        std::string torn;            ///< what stands behind them
        std::optional<AnchorMark> newest;
    };

    const Tail& tail();
    Tail read_tail() const;
    /// The torn line, as far as it is the beginning of this one; the rest is cut off.
    std::size_t keep_torn(const std::string& line);
    void write(const std::filesystem::path& file, const std::string& text);

    std::filesystem::path folder_;
    std::optional<Tail> tail_;
    bool broken_ = false;  ///< the disk failed once: what it says afterwards proves nothing
};

}  // namespace cambist::bridge
