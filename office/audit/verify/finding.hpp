#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cambist::office::verify {

/// What can be wrong, as docs/audit.md explains it; spelled as it is said.
enum class Code {
    row_altered,
    row_missing,
    row_added,
    row_reordered,
    seal_altered,
    seal_missing,
    seal_added,
    signature_invalid,
    chain_broken,
    anchor_missing,
    anchor_altered,
    database_rolled_back,
    unsealed_too_long,
};

std::string_view name_of(Code code);

struct Finding {
    Code code{};
    std::int64_t seal = 0;
    std::int64_t number = 0;                 ///< of the row; 0: the seal as a whole
    std::optional<std::int64_t> audit_id{};  ///< of the row
    std::string detail{};
    std::string sealed_as{};  ///< of a row: the beginning of the leaf hash that was sealed
};

/// Findings in the order of seals and rows; those beyond a bound are only counted.
class Findings {
  public:
    explicit Findings(std::size_t most) : most_(most) {}

    void add(Finding finding);
    /// Those of another one as well.
    void take(Findings other);
    void sort();
    template <class Condition>
    void drop(Condition condition) {
        std::erase_if(kept_, condition);
    }
    std::vector<Finding>& kept() { return kept_; }
    const std::vector<Finding>& kept() const { return kept_; }
    std::size_t total() const { return kept_.size() + dropped_; }

  private:
    std::size_t most_, dropped_ = 0;
    std::vector<Finding> kept_;
};

/// Nothing can be said: no anchors, no key, or a database that does not show everything.
struct CannotVerify : std::runtime_error {
    using runtime_error::runtime_error;
};

}  // namespace cambist::office::verify
