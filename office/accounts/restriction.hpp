#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cambist::office {

/// Why a client is restricted.
enum class Cause : std::uint8_t {
    document_expired,
    review,
    abnormal_activity,
    chargeback_dispute,
    sanctions_match,
    authority_freeze,
};
constexpr int cause_count = 6;

/// The causes in force: each is imposed and lifted on its own.
class CauseSet {
  public:
    constexpr bool has(Cause cause) const { return bits_ & bit(cause); }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr void impose(Cause cause) { bits_ |= bit(cause); }
    constexpr void lift(Cause cause) { bits_ &= std::uint8_t(~bit(cause)); }
    std::vector<Cause> list() const;

    friend constexpr bool operator==(CauseSet, CauseSet) = default;

  private:
    static constexpr std::uint8_t bit(Cause cause) { return std::uint8_t(1u << unsigned(cause)); }
    std::uint8_t bits_ = 0;
};

std::string_view name_of(Cause cause);
/// What anybody without the permission is told: confidential causes read as an ordinary review.
/// What everybody may know of it: confidential causes look like a review, and several like one.
std::vector<std::string_view> public_names_of(CauseSet causes);
std::optional<Cause> cause_of(std::string_view name);

}  // namespace cambist::office
